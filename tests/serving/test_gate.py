"""Nobody waits inside for a store that is silent, and one who tries opens the gate again."""

import pytest

from idrill.errors import NotFound, StoreBusy, StoreError
from idrill_serving import gate
from idrill_serving.gate import Gate


def fail(at: Gate) -> None:
    with pytest.raises(StoreError, match="away"), at.entered():
        raise StoreError("away")


def test_so_many_are_let_in_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "MOST", 2)
    at = Gate()

    with at.entered(), at.entered(), pytest.raises(StoreBusy), at.entered():
        pass

    with at.entered(), at.entered():
        pass


def test_a_fault_that_is_told_at_once_shuts_nobody_out() -> None:
    at = Gate()

    fail(at)
    with pytest.raises(NotFound), at.entered():
        raise NotFound("no rig")

    with at.entered(), at.entered():
        pass


def test_a_silent_store_is_tried_by_one_after_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "SILENT", 0.0)
    at = Gate()

    fail(at)
    with pytest.raises(StoreBusy), at.entered():
        pass
    monkeypatch.setattr(gate, "PAUSE", 0.0)
    at._shut_until = 0.0
    with at.entered(), pytest.raises(StoreBusy), at.entered():
        pass

    with at.entered(), at.entered():
        pass
