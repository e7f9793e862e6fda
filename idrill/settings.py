"""Every setting, typed, read from the environment once.

Only `idrill.cli`, `idrill_assets` and `idrill_serving` build a `Settings`; everything else
receives what it needs as an argument.
"""

import os
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from idrill.errors import SettingsError

TELEMETRY_OFF = MappingProxyType(
    {
        "DO_NOT_TRACK": "1",
        "BENTOML_DO_NOT_TRACK": "True",
        "GX_ANALYTICS_ENABLED": "False",
        "ITERATIVE_DO_NOT_TRACK": "1",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
)
"""What keeps the libraries underneath from reporting to their makers."""

BROKERS = ("memory", "nats", "redis", "amqp", "mqtt", "kafka")
"""Kinds of broker that readings may come through; `memory` is none."""


class Settings(BaseSettings):
    """Where things are and how the platform behaves; each field is `IDRILL_<NAME>`."""

    model_config = SettingsConfigDict(
        env_prefix="IDRILL_", env_file=".env", extra="ignore", frozen=True
    )

    home: Path = Field(
        default=Path("var"), description="Folder of lake, store, inbox, archive, caches."
    )
    database_url: str | None = Field(
        default=None, description="SQL store; default: SQLite in home."
    )
    lake_url: str | None = Field(
        default=None, description="Folder of the Delta lake; default: in home."
    )
    mlflow_url: str | None = Field(
        default=None, description="MLflow's tracking and registry; default: SQLite in home."
    )
    artifacts: Path = Field(
        default=Path("mlruns"), description="Folder of what MLflow keeps of each run."
    )
    inbox: Path | None = Field(default=None, description="Folder watched for new files.")
    first_day: date = Field(
        default=date(2024, 1, 1), description="First day that has a partition (UTC)."
    )
    close_after: float = Field(
        default=6.0, ge=0.0, le=168.0, description="Hours that a live day stays open after it."
    )
    keep_rejections: float = Field(
        default=90.0, ge=1.0, description="Days that live readings nobody could use are kept."
    )
    keep_told: float = Field(
        default=3.0, ge=2.0, description="Days that what scoring told of live readings is kept."
    )
    env: Literal["development", "production"] = Field(
        "development", description="Kind of deployment."
    )
    max_file_bytes: int = Field(
        default=8 << 30, ge=1, description="Largest file, unpacked, taken in."
    )
    secret_key: SecretStr | None = Field(
        default=None, description="What logins are signed with; in development made up at start."
    )
    stream_url: SecretStr = Field(
        default=SecretStr("memory://"), description="Broker that readings come through."
    )
    stream_name: str = Field(
        default="idrill.readings",
        pattern=r"^[a-z0-9_-]+(\.[a-z0-9_-]+)*$",
        description="What the stream of readings is called there.",
    )
    witsml_user: str = Field(default="", description="Who asks a WITSML store for its logs.")
    witsml_password: SecretStr | None = Field(
        default=None, description="Their password; sent over https:// alone."
    )
    redis_url: SecretStr | None = Field(
        default=None, description="Redis that counts requests of all workers; default: memory."
    )
    smtp_url: SecretStr | None = Field(
        default=None, description="Mail server that sends links to reset a password."
    )
    mail_from: str = Field(default="idrill@localhost", description="Sender of mails.")
    webhook_networks: str = Field(
        default="", description="Networks of our own that webhooks may go to, by commas."
    )
    cors_origins: str = Field(
        default="", description="Web pages of other hosts that may ask, separated by commas."
    )
    otlp_endpoint: str | None = Field(
        default=None, description="Collector of OpenTelemetry that traces are sent to."
    )
    max_body_bytes: int = Field(
        default=1 << 20, ge=1024, description="Largest body of a request, unpacked."
    )
    request_rate: str = Field(
        default="1200/minute", description="How often a person, or an address, may ask."
    )
    login_rate: str = Field(
        default="30/minute", description="How often an address may try to log in."
    )
    password_memory: int = Field(
        default=19456, ge=8, description="Memory that hashing a password takes [KiB]."
    )
    password_passes: int = Field(
        default=2, ge=1, description="How often hashing a password goes over it."
    )
    workers: int = Field(default=1, ge=1, le=64, description="Processes that answer requests.")
    sockets: int = Field(default=2000, ge=1, description="Sockets that a worker holds open.")
    sockets_per_user: int = Field(
        default=50, ge=1, description="Of these, sockets of one person and their keys."
    )
    model_poll: float = Field(
        default=3.0, ge=0.05, description="Time between looks for a new champion [s]."
    )

    @field_validator("home", "inbox", "artifacts")
    @classmethod
    def _absolute(cls, folder: Path | None) -> Path | None:
        return folder and folder.expanduser().resolve()

    @field_validator("database_url")
    @classmethod
    def _names_its_driver(cls, url: str | None) -> str | None:
        known = ("sqlite:///", "postgresql+psycopg://")
        if url is not None and not url.startswith(known):
            raise ValueError(f"write the driver: it must start with {' or '.join(known)}")
        return url

    @field_validator("webhook_networks")
    @classmethod
    def _are_networks(cls, networks: str) -> str:
        for one in filter(None, map(str.strip, networks.split(","))):
            ip_network(one)
        return networks

    @field_validator("stream_url")
    @classmethod
    def _is_a_broker_we_speak_with(cls, url: SecretStr) -> SecretStr:
        kind = url.get_secret_value().partition("://")[0]
        if kind not in BROKERS:
            raise ValueError(f"must start with {', '.join(f'{one}://' for one in BROKERS)}")
        return url

    @field_validator("mlflow_url")
    @classmethod
    def _is_a_database_or_a_server(cls, url: str | None) -> str | None:
        known = ("sqlite:///", "postgresql", "http://", "https://")
        if url is not None and not url.startswith(known):
            raise ValueError(f"must start with {', '.join(known[:-1])} or {known[-1]}")
        return url

    @field_validator("first_day")
    @classmethod
    def _in_the_past(cls, day: date) -> date:
        if day > date.today():  # noqa: DTZ011  a day's slack does no harm here
            raise ValueError("must not lie in the future")
        return day

    @cached_property
    def store_url(self) -> str:
        """URL of the SQL store, with its driver."""
        return self.database_url or f"sqlite:///{self.home / 'idrill.db'}"

    @cached_property
    def lake_folder(self) -> str:
        """Folder or URL under which the Delta tables lie."""
        return self.lake_url or str(self.home / "lake")

    @cached_property
    def tracking_url(self) -> str:
        """URL of MLflow's tracking and registry."""
        return self.mlflow_url or f"sqlite:///{self.home / 'mlflow.db'}"

    @cached_property
    def artifacts_folder(self) -> Path:
        """Folder of what MLflow keeps of each run."""
        return self.artifacts

    @cached_property
    def models_folder(self) -> Path:
        """Folder of the models that were registered, by name and version; none ever changes."""
        return self.home / "models"

    @cached_property
    def training_folder(self) -> Path:
        """Folder of what unfinished training jobs go on from; empty while none was killed."""
        return self.home / "training"

    @cached_property
    def archive_folder(self) -> Path:
        """Folder of every file ever taken in, by content."""
        return self.home / "archive"

    @cached_property
    def inbox_folder(self) -> Path:
        """Folder watched for new files, one folder per rig."""
        return self.inbox or self.home / "inbox"

    @cached_property
    def dagster_home(self) -> Path:
        """Folder of the Dagster instance."""
        return self.home / "dagster"


def load_settings() -> Settings:
    """The settings of this process, from its environment and a `.env` file.

    Raises:
        SettingsError: If a variable makes no sense; the message names it.
    """
    try:
        return Settings()
    except ValidationError as error:
        problems = "; ".join(
            f"IDRILL_{'_'.join(map(str, problem['loc'])).upper()}: {problem['msg']}"
            for problem in error.errors()
        )
        raise SettingsError(problems) from error


def export(variables: Mapping[str, str]) -> None:
    """Set variables for libraries that read the environment, here and in child processes."""
    os.environ.update(variables)  # noqa: TID251  the one place that writes them
