"""The version of the readers, apart from them: the graph states it without loading any."""

import hashlib

from idrill.channels import CHANNELS

READER_VERSION = hashlib.sha256(f"1 {CHANNELS}".encode()).hexdigest()[:12]
"""Changes when files must be read again: with the readers, or with the vocabulary of channels."""
