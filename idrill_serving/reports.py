"""The report of a rig-day: what validation and reconciliation say of it, as a person sees it."""

from datetime import date

import polars as pl
from starlette.responses import Response

from idrill.dvr import period_page
from idrill.dvr.report import report as validation_report
from idrill.store import quality, reconciliations, rig_days, rigs
from idrill.store.tables import VALIDATED
from idrill_serving.platform import Platform
from idrill_serving.representations import HTML, JSON, MARKDOWN, records
from idrill_serving.schemas.dvr import ReportAnswer, ValidationAnswer

MOST_FINDINGS = 1000
"""Findings of validation that a report lists; those that mark most rows."""

STYLED = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""What the page may load: nothing, but for the style that stands in it."""


def report_of(platform: Platform, rig_id: str, day: date, media: str) -> Response:
    """The report of a rig-day, in one of the forms that it has.

    Args:
        platform: Of the service.
        rig_id: The rig.
        day: The day.
        media: JSON, Markdown or HTML.

    Raises:
        NotFound: If the rig does not exist, or the rig-day was not reconciled.
    """
    headers = {"Vary": "Accept"}
    if media == HTML:
        page = period_page.compose(quality.period_report(platform.lake, rig_id, day, day))
        headers["Content-Security-Policy"] = STYLED
        return Response(page, media_type=media, headers=headers)
    answer = _answer(platform, rig_id, day)
    if media == MARKDOWN:
        return Response(_in_words(platform, answer), media_type=media, headers=headers)
    return Response(answer.model_dump_json(), media_type=JSON, headers=headers)


def _answer(platform: Platform, rig_id: str, day: date) -> ReportAnswer:
    found = quality.period_report(platform.lake, rig_id, day, day)
    with platform.database.session() as session:
        synthetic = rigs.get(session, rig_id).synthetic
        known = rig_days.between(session, rig_id, day, day)
    score = found.hours["score"].mean()
    return ReportAnswer(
        rig_id=rig_id,
        synthetic=synthetic,
        day=day,
        state=known[0].state if known else None,
        usable_share=score if isinstance(score, float) else None,
        validation=_validation(platform, rig_id, day),
        flagged=records(found.flagged),
        moved=records(found.moved),
        imbalance=records(found.imbalance),
        faults=records(found.found),
        dropped=records(found.dropped),
        to_calibrate=records(found.to_calibrate),
        versions=records(found.made),
    )


def _validation(platform: Platform, rig_id: str, day: date) -> ValidationAnswer:
    """What validation says, kept for as long as its rows are the same: it takes a second."""
    place: dict[str, str | date] = {"rig_id": rig_id, "day": day}
    content = platform.lake.content_hash(VALIDATED, place)
    kept = platform.answers.kept(
        ("validation", rig_id, day, content),
        lambda: _judged(platform.lake.read(VALIDATED, place)).model_dump_json().encode(),
    )
    return ValidationAnswer.model_validate_json(kept)


def _judged(frame: pl.DataFrame) -> ValidationAnswer:
    told = validation_report(frame)
    most = told.findings.sort("rows", descending=True, maintain_order=True).head(MOST_FINDINGS)
    return ValidationAnswer(
        rows=told.rows,
        usable_share=told.usable_share,
        coverage=told.coverage,
        activity=told.activity,
        findings=records(most.sort("from", "channel", "bit")),
        left_out=told.findings.height - most.height,
        findings_in_words=told.in_words(),
        scores_in_words=told.scores_in_words(),
    )


def _in_words(platform: Platform, answer: ReportAnswer) -> str:
    """The words that stand beside the rig-day in the graph, as Markdown."""
    found = reconciliations.report_of(platform.lake, answer.rig_id, answer.day)
    simulated = " (simulated)" if answer.synthetic else ""
    return "\n\n".join(
        [
            f"# {answer.rig_id}, {answer.day}{simulated}",
            "## What was flagged",
            answer.validation.findings_in_words,
            "## Usable share of each hour [%]",
            answer.validation.scores_in_words,
            "## What reconciliation found",
            found.in_words(),
            "",
        ]
    )
