"""The frames in which messages go over the wire are those of the protocol."""

import json

import pytest
from websockets.frames import Frame, Opcode

from idrill_serving.live.messages import control

EMPTY = len('{"type":"x","said":""}')


@pytest.mark.parametrize("size", [EMPTY, 123, 125, 126, 127, 31_500, 65_535, 65_536, 100_000])
def test_a_message_of_any_size_is_framed_as_the_protocol_has_it(size: int) -> None:
    said = "y" * (size - EMPTY)

    message = control("x", said=said)

    assert json.loads(message.text) == {"type": "x", "said": said}
    assert len(message.text) == size
    assert message.frame == Frame(Opcode.TEXT, message.text.encode()).serialize(mask=False)
