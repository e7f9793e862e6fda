"""Readings through a broker: one message schema, one URL, five kinds of broker.

A message is acknowledged once what it tells is safe; one that is not comes again. Readings that
come again leave the same rows, so nothing is lost and nothing is there twice.
"""
