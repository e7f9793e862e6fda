"""First tables: rigs, wells, sources and what became of them, publications, pins."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")
LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
TABLES = (
    "lake_pins",
    "rigs",
    "wells",
    "drill_strings",
    "drilling_sessions",
    "equipment",
    "formations",
    "rig_days",
    "sources",
    "survey_stations",
    "well_logs",
    "well_sections",
    "source_versions",
    "string_components",
    "merge_counts",
    "rejected_rows",
    "source_days",
)


def upgrade() -> None:
    op.create_table(
        "lake_pins",
        sa.Column("table_name", WORDS, nullable=False),
        sa.Column("version", LARGE, nullable=False),
        sa.Column("cited_by", WORDS, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("table_name", "version", "cited_by", name=op.f("pk_lake_pins")),
    )
    op.create_table(
        "rigs",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("owner", WORDS, nullable=True),
        sa.Column("kind", WORDS, nullable=True),
        sa.Column("block_weight", sa.Double(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("retired_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rigs")),
    )
    op.create_table(
        "wells",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("field", WORDS, nullable=True),
        sa.Column("operator", WORDS, nullable=True),
        sa.Column("water_depth", sa.Double(), nullable=True),
        sa.Column("air_gap", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wells")),
    )
    op.create_table(
        "drill_strings",
        sa.Column("well_id", WORDS, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.ForeignKeyConstraint(["well_id"], ["wells.id"], name=op.f("fk_drill_strings_well_id")),
        sa.PrimaryKeyConstraint("well_id", "position", name=op.f("pk_drill_strings")),
    )
    op.create_table(
        "drilling_sessions",
        sa.Column("id", LARGE, nullable=False),
        sa.Column("rig_id", WORDS, nullable=False),
        sa.Column("well_id", WORDS, nullable=False),
        sa.Column("start", INSTANT, nullable=False),
        sa.Column("end", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["rig_id"], ["rigs.id"], name=op.f("fk_drilling_sessions_rig_id")),
        sa.ForeignKeyConstraint(
            ["well_id"], ["wells.id"], name=op.f("fk_drilling_sessions_well_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drilling_sessions")),
    )
    op.create_index(
        op.f("ix_drilling_sessions_rig_id_start"), "drilling_sessions", ["rig_id", "start"]
    )
    op.create_table(
        "equipment",
        sa.Column("rig_id", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["rig_id"], ["rigs.id"], name=op.f("fk_equipment_rig_id")),
        sa.PrimaryKeyConstraint("rig_id", "name", name=op.f("pk_equipment")),
    )
    op.create_table(
        "formations",
        sa.Column("well_id", WORDS, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("top", sa.Double(), nullable=False),
        sa.Column("lithology", WORDS, nullable=True),
        sa.ForeignKeyConstraint(["well_id"], ["wells.id"], name=op.f("fk_formations_well_id")),
        sa.PrimaryKeyConstraint("well_id", "position", name=op.f("pk_formations")),
    )
    op.create_table(
        "rig_days",
        sa.Column("rig_id", WORDS, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("wanted", WORDS, nullable=False),
        sa.Column("published", WORDS, nullable=True),
        sa.Column("rows", LARGE, nullable=True),
        sa.Column("lake_version", sa.Integer(), nullable=True),
        sa.Column("reason", WORDS, nullable=True),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "state IN ('stale', 'published', 'held')", name=op.f("ck_rig_days_state")
        ),
        sa.ForeignKeyConstraint(["rig_id"], ["rigs.id"], name=op.f("fk_rig_days_rig_id")),
        sa.PrimaryKeyConstraint("rig_id", "day", name=op.f("pk_rig_days")),
    )
    op.create_index(op.f("ix_rig_days_state"), "rig_days", ["state"])
    op.create_table(
        "sources",
        sa.Column("id", LARGE, nullable=False),
        sa.Column("rig_id", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.ForeignKeyConstraint(["rig_id"], ["rigs.id"], name=op.f("fk_sources_rig_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
        sa.UniqueConstraint("rig_id", "name", name=op.f("uq_sources_rig_id_name")),
    )
    op.create_table(
        "survey_stations",
        sa.Column("well_id", WORDS, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("measured_depth", sa.Double(), nullable=False),
        sa.Column("inclination", sa.Double(), nullable=False),
        sa.Column("azimuth", sa.Double(), nullable=False),
        sa.Column("vertical_depth", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["well_id"], ["wells.id"], name=op.f("fk_survey_stations_well_id")),
        sa.PrimaryKeyConstraint("well_id", "position", name=op.f("pk_survey_stations")),
    )
    op.create_table(
        "well_logs",
        sa.Column("well_id", WORDS, nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("wanted", WORDS, nullable=False),
        sa.Column("published", WORDS, nullable=True),
        sa.Column("rows", LARGE, nullable=True),
        sa.Column("lake_version", sa.Integer(), nullable=True),
        sa.Column("reason", WORDS, nullable=True),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "state IN ('stale', 'published', 'held')", name=op.f("ck_well_logs_state")
        ),
        sa.ForeignKeyConstraint(["well_id"], ["wells.id"], name=op.f("fk_well_logs_well_id")),
        sa.PrimaryKeyConstraint("well_id", name=op.f("pk_well_logs")),
    )
    op.create_index(op.f("ix_well_logs_state"), "well_logs", ["state"])
    op.create_table(
        "well_sections",
        sa.Column("well_id", WORDS, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("top", sa.Double(), nullable=False),
        sa.Column("bottom", sa.Double(), nullable=False),
        sa.Column("inner_diameter", sa.Double(), nullable=True),
        sa.Column("outer_diameter", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["well_id"], ["wells.id"], name=op.f("fk_well_sections_well_id")),
        sa.PrimaryKeyConstraint("well_id", "position", name=op.f("pk_well_sections")),
    )
    op.create_table(
        "source_versions",
        sa.Column("id", LARGE, nullable=False),
        sa.Column("source_id", LARGE, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", WORDS, nullable=False),
        sa.Column("size", LARGE, nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("format", WORDS, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("well_id", WORDS, nullable=True),
        sa.Column("reader_version", WORDS, nullable=False),
        sa.Column("map_hash", WORDS, nullable=False),
        sa.Column("arrived_at", INSTANT, nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("rows_read", LARGE, nullable=False),
        sa.Column("rows_kept", LARGE, nullable=False),
        sa.Column("rows_rejected", LARGE, nullable=False),
        sa.Column("interval", sa.Double(), nullable=True),
        sa.Column("first_time", INSTANT, nullable=True),
        sa.Column("last_time", INSTANT, nullable=True),
        sa.Column("first_depth", sa.Double(), nullable=True),
        sa.Column("last_depth", sa.Double(), nullable=True),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('time', 'depth', 'objects')", name=op.f("ck_source_versions_kind")
        ),
        sa.CheckConstraint(
            "rows_read = rows_kept + rows_rejected", name=op.f("ck_source_versions_rows_add_up")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("fk_source_versions_source_id")
        ),
        sa.ForeignKeyConstraint(["well_id"], ["wells.id"], name=op.f("fk_source_versions_well_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_versions")),
        sa.UniqueConstraint(
            "source_id", "number", name=op.f("uq_source_versions_source_id_number")
        ),
    )
    op.create_index(op.f("ix_source_versions_content"), "source_versions", ["content"])
    op.create_index(op.f("ix_source_versions_well_id"), "source_versions", ["well_id"])
    op.create_index(
        "uq_source_versions_current",
        "source_versions",
        ["source_id"],
        unique=True,
        postgresql_where=sa.text("is_current"),
        sqlite_where=sa.text("is_current"),
    )
    op.create_table(
        "string_components",
        sa.Column("well_id", WORDS, nullable=False),
        sa.Column("string_position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("length", sa.Double(), nullable=False),
        sa.Column("outer_diameter", sa.Double(), nullable=True),
        sa.Column("inner_diameter", sa.Double(), nullable=True),
        sa.Column("linear_mass", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["well_id", "string_position"],
            ["drill_strings.well_id", "drill_strings.position"],
            name=op.f("fk_string_components_well_id_string_position"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "well_id", "string_position", "position", name=op.f("pk_string_components")
        ),
    )
    op.create_table(
        "merge_counts",
        sa.Column("id", LARGE, nullable=False),
        sa.Column("rig_id", WORDS, nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("well_id", WORDS, nullable=True),
        sa.Column("version_id", LARGE, nullable=False),
        sa.Column("contributing", LARGE, nullable=False),
        sa.Column("duplicate", LARGE, nullable=False),
        sa.Column("rejected", LARGE, nullable=False),
        sa.CheckConstraint(
            "(rig_id IS NULL) <> (well_id IS NULL)", name=op.f("ck_merge_counts_rig_or_well")
        ),
        sa.CheckConstraint(
            "(rig_id IS NULL) = (day IS NULL)", name=op.f("ck_merge_counts_rig_with_day")
        ),
        sa.ForeignKeyConstraint(["rig_id"], ["rigs.id"], name=op.f("fk_merge_counts_rig_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["source_versions.id"], name=op.f("fk_merge_counts_version_id")
        ),
        sa.ForeignKeyConstraint(["well_id"], ["wells.id"], name=op.f("fk_merge_counts_well_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge_counts")),
        sa.UniqueConstraint("version_id", "day", name=op.f("uq_merge_counts_version_id_day")),
    )
    op.create_index(op.f("ix_merge_counts_rig_id_day"), "merge_counts", ["rig_id", "day"])
    op.create_index(op.f("ix_merge_counts_well_id"), "merge_counts", ["well_id"])
    op.create_table(
        "rejected_rows",
        sa.Column("id", LARGE, nullable=False),
        sa.Column("version_id", LARGE, nullable=False),
        sa.Column("rig_id", WORDS, nullable=True),
        sa.Column("well_id", WORDS, nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("stage", WORDS, nullable=False),
        sa.Column("first_line", LARGE, nullable=False),
        sa.Column("last_line", LARGE, nullable=False),
        sa.Column("rows", LARGE, nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("reason", WORDS, nullable=False),
        sa.Column("channel", WORDS, nullable=True),
        sa.Column("detail", WORDS, nullable=False),
        sa.Column("sample", WORDS, nullable=False),
        sa.CheckConstraint("stage IN ('read', 'merge')", name=op.f("ck_rejected_rows_stage")),
        sa.ForeignKeyConstraint(["rig_id"], ["rigs.id"], name=op.f("fk_rejected_rows_rig_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["source_versions.id"], name=op.f("fk_rejected_rows_version_id")
        ),
        sa.ForeignKeyConstraint(["well_id"], ["wells.id"], name=op.f("fk_rejected_rows_well_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejected_rows")),
    )
    op.create_index(op.f("ix_rejected_rows_rig_id_day"), "rejected_rows", ["rig_id", "day"])
    op.create_index(op.f("ix_rejected_rows_version_id"), "rejected_rows", ["version_id"])
    op.create_index(op.f("ix_rejected_rows_well_id"), "rejected_rows", ["well_id"])
    op.create_table(
        "source_days",
        sa.Column("version_id", LARGE, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("rows", LARGE, nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["source_versions.id"], name=op.f("fk_source_days_version_id")
        ),
        sa.PrimaryKeyConstraint("version_id", "day", name=op.f("pk_source_days")),
    )
    op.create_index(op.f("ix_source_days_day"), "source_days", ["day"])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
