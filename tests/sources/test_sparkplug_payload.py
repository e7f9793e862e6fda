"""Payloads of Sparkplug B: what is read of them, and that no bytes do harm."""

from typing import Any

from google.protobuf import (  # type: ignore[import-untyped]
    descriptor_pb2,
    descriptor_pool,
    message_factory,
)
from hypothesis import given
from hypothesis import strategies as st

from idrill.errors import InvalidMessage
from idrill.sources.sparkplug_link import rebirth
from idrill.sources.sparkplug_payload import Metric, Payload, read, written

NOON = 1_772_366_400_000
DOUBLE = 10


VALUES = st.one_of(
    st.none(), st.booleans(), st.floats(allow_nan=False), st.text(st.characters(codec="utf-8"))
)
METRICS = st.builds(
    Metric,
    st.one_of(st.none(), st.text(st.characters(codec="utf-8"))),
    st.one_of(st.none(), st.integers(0, (1 << 64) - 1)),
    st.one_of(st.none(), st.integers(0, (1 << 63) - 1)),
    VALUES,
    st.just(DOUBLE),
    st.one_of(st.none(), st.text(st.characters(codec="utf-8"), min_size=1)),
)
PAYLOADS = st.builds(
    Payload,
    st.one_of(st.none(), st.integers(0, (1 << 63) - 1)),
    st.one_of(st.none(), st.integers(0, 255)),
    st.lists(METRICS, max_size=4).map(tuple),
)


@given(PAYLOADS)
def test_what_is_written_is_read_again(payload: Payload) -> None:
    assert read(written(payload)) == payload


@given(st.binary(max_size=64))
def test_no_bytes_do_more_than_be_refused(body: bytes) -> None:
    try:
        read(body)
    except InvalidMessage:
        return


def protobuf() -> Any:
    """The payload as Google's protobuf has it, from the fields of the specification."""
    kinds = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="sparkplug.proto", package="t", syntax="proto2")

    def add(name: str, *fields: tuple[str, int, int, str | None, bool]) -> None:
        made = file.message_type.add(name=name)
        for field, number, kind, of, repeated in fields:
            label = kinds.LABEL_REPEATED if repeated else kinds.LABEL_OPTIONAL
            one = made.field.add(name=field, number=number, type=kind, label=label)
            if of is not None:
                one.type_name = f".t.{of}"

    whole, text, part = kinds.TYPE_UINT64, kinds.TYPE_STRING, kinds.TYPE_MESSAGE
    add(
        "Value", ("type", 1, kinds.TYPE_UINT32, None, False), ("string_value", 8, text, None, False)
    )
    add("Set", ("keys", 1, text, None, True), ("values", 2, part, "Value", True))
    add(
        "Metric", ("name", 1, text, None, False), ("alias", 2, whole, None, False),
        ("timestamp", 3, whole, None, False), ("datatype", 4, kinds.TYPE_UINT32, None, False),
        ("is_null", 7, kinds.TYPE_BOOL, None, False), ("properties", 9, part, "Set", False),
        ("int_value", 10, kinds.TYPE_UINT32, None, False), ("long_value", 11, whole, None, False),
        ("float_value", 12, kinds.TYPE_FLOAT, None, False),
        ("double_value", 13, kinds.TYPE_DOUBLE, None, False),
        ("boolean_value", 14, kinds.TYPE_BOOL, None, False),
        ("string_value", 15, text, None, False),
    )  # fmt: skip
    add(
        "Payload", ("timestamp", 1, whole, None, False), ("metrics", 2, part, "Metric", True),
        ("seq", 3, whole, None, False), ("uuid", 4, text, None, False),
    )  # fmt: skip
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("t.Payload"))


def test_payloads_of_the_reference_encoder_are_read() -> None:
    payload = protobuf()(timestamp=NOON, seq=7, uuid="x")
    typed = [(3, "int_value", 2**32 - 5), (1, "int_value", 0xFB), (7, "int_value", 5),
             (4, "long_value", 2**64 - 9), (9, "float_value", 0.5), (10, "double_value", 2.5),
             (11, "boolean_value", True), (12, "string_value", "on")]  # fmt: skip
    for datatype, field, value in typed:
        payload.metrics.add(name="a", alias=3, timestamp=NOON, datatype=datatype, **{field: value})
    one = payload.metrics.add(name="b", is_null=True)
    one.properties.keys.extend(["low", "engUnit"])
    one.properties.values.add(type=12, string_value="x")
    one.properties.values.add(type=12, string_value="psi")

    found = read(payload.SerializeToString())

    assert [one.value for one in found.metrics] == [-5, -5, 5, -9, 0.5, 2.5, True, "on", None]
    assert (found.seq, found.metrics[-1].unit) == (7, "psi")
    assert protobuf().FromString(rebirth()).metrics[0].name == "Node Control/Rebirth"
