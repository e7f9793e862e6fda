"""Where live readings come from: senders of WITS and WITSML, edge nodes, recordings, simulations.

A source makes readings of what it is told and hands them to a sink (`sinks`): the broker where
there is one, else the store. It goes on only once they are kept.
"""
