"""Settings from the environment: the only module that reads it. Every name is documented in docs/operations.md."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from api import setting_rules as rules
from postal import Message, Role

KEY_BYTES = 32
_MIN_SECRET = 32
_OF_THE_TESTS = ("TANNHA_TEST_", "TANNHA_REQUIRE_", "TANNHA_FIGURES_")


class SettingsMissing(Exception):
    """Settings that are missing or wrong: every one of them is named at once."""

    code = "settings_missing"

    def __init__(self, problems: Mapping[str, object]) -> None:
        self.problems = problems
        lines = [Message("{name}: {why}").filled(name=name, why=why) for name, why in problems.items()]
        self.message = Message("Thiếu hoặc sai cài đặt:\n{settings}").filled(settings=lines)
        super().__init__(str(self.message))


Names = Annotated[tuple[str, ...], NoDecode, AfterValidator(rules.host_names)]
Authority = Annotated[str, AfterValidator(rules.authority_file)]
DatabaseAddress = Annotated[str, AfterValidator(rules.database_address)]
WebAddress = Annotated[str, AfterValidator(rules.web_address)]
OptionalWebAddress = Annotated[str, AfterValidator(rules.optional_web_address)]
TilesAddress = Annotated[str, AfterValidator(rules.tiles_address)]
ListenAddress = Annotated[str, AfterValidator(rules.listen_address)]
Zone = Annotated[str, AfterValidator(rules.zone)]
StoreAddress = Annotated[str, AfterValidator(rules.store_address)]
GatewayBody = Annotated[str, AfterValidator(rules.gateway_body)]
PhoneNumber = Annotated[str, AfterValidator(rules.phone_number)]
WarningText = Annotated[str, AfterValidator(rules.warning_text)]
BrokerAddress = Annotated[str, AfterValidator(rules.broker_address)]


class Settings(BaseSettings):
    """What an installation decides. Secrets have no defaults; lists are written with commas."""

    model_config = SettingsConfigDict(env_prefix="TANNHA_", frozen=True, extra="ignore", hide_input_in_errors=True)

    secret_key: SecretStr = Field(description="Signs sessions and form tokens; at least 32 characters.")
    vault_keys: Annotated[tuple[bytes, ...], NoDecode] = Field(
        description="Keys that seal people's data, base64 of 32 bytes each, newest first, separated by commas."
    )
    lookup_key: Annotated[bytes, NoDecode] = Field(
        description="Key of the hashes people are found by and of the labels' links; base64 of 32 bytes; never changes."
    )

    database_url: DatabaseAddress = Field(
        "sqlite:///tannha.db", description="SQLite file or PostgreSQL (postgresql+psycopg://…)."
    )
    public_url: WebAddress = Field(
        "http://127.0.0.1:8460", description="Where citizens reach the service; printed in QR codes."
    )
    trusted_hosts: Names = Field(
        (), description="Host names the service answers for; empty: that of the public URL and this machine."
    )
    n_trusted_proxies: int = Field(0, ge=0, le=5, description="How many reverse proxies stand in front.")
    bind: ListenAddress = Field("127.0.0.1:8460", description="Address and port that `tannha run` listens on.")
    n_web_threads: int = Field(8, ge=1, le=128, description="Threads of each web process.")
    n_web_processes: int = Field(1, ge=1, le=64, description="Web processes; more than one needs PostgreSQL and Redis.")
    is_worker_embedded: bool = Field(
        True, description="Whether `tannha run` also starts the worker: plans, imports, callbacks, housekeeping."
    )

    timezone: Zone = Field("Asia/Ho_Chi_Minh", description="The zone people's clocks show.")
    units_file: Path | None = Field(None, description="CSV of resolutions that changed communes after July 2025.")
    source_system: str = Field(
        "motcua", description="The system imported files come from; dossier codes are unique in it."
    )
    header_aliases: Annotated[dict[str, str], NoDecode, BeforeValidator(rules.object_of_texts)] = Field(
        default_factory=dict, description="JSON: header of your files → our column."
    )
    has_grouped_consignments: bool = Field(
        True, description="Whether results of one office for one recipient, address and day travel together."
    )
    sheet_phones: Literal["masked", "unlocated"] = Field(
        "masked", description="Telephones on route sheets: masked, or whole on numbered sheets for unlocated stops."
    )
    max_upload_bytes: int = Field(20_000_000, ge=100_000, le=200_000_000, description="Largest file a page takes.")

    second_factor_roles: Annotated[tuple[Role, ...], NoDecode] = Field(
        (Role.ADMINISTRATOR,),
        description="Roles that must have a second factor, separated by commas; `none`: all may, none must.",
    )
    confirm_minutes: int = Field(
        15, ge=1, le=43_200, description="Minutes after which users, keys and factors ask for the password again."
    )
    signed_in_hours: int = Field(12, ge=1, le=720, description="Hours without use after which a sign-in ends.")

    vietqr_bank: Annotated[str, AfterValidator(rules.bank)] = Field(
        "", description="NAPAS number of the bank where the post takes fees by VietQR; empty: cash only."
    )
    vietqr_account: Annotated[str, AfterValidator(rules.account)] = Field(
        "", description="The post's account for fees paid by VietQR."
    )
    rate_limits_enabled: bool = Field(True, description="Whether clients that ask too often are braked.")
    rate_limit_storage_url: StoreAddress = Field(
        "memory://", description="memory:// or redis://…, shared by web processes."
    )

    callback_allow_hosts: Names = Field(
        (), description="Receivers on an inner network that callbacks may reach by https."
    )
    callback_allow_http_hosts: Names = Field((), description="Receivers that may also be reached without TLS.")
    callback_ca_file: Authority | None = Field(None, description="Certificate authority of an inner network.")

    sms_gateway_url: OptionalWebAddress = Field(
        "", description="Where short messages to recipients' phones are handed over by HTTP; empty: none are sent."
    )
    sms_gateway_headers: Annotated[dict[str, SecretStr], NoDecode, BeforeValidator(rules.object_of_texts)] = Field(
        default_factory=dict, description="JSON: header of the gateway → value, its key among them."
    )
    sms_gateway_body: GatewayBody = Field(
        '{"to": "{to}", "text": "{text}", "id": "{id}"}',
        description="Body of a message, JSON or form, with {to}, {text} and {id} in their places.",
    )
    sms_gateway_numbers: Literal["national", "international"] = Field(
        "national", description="How the gateway writes numbers: 0905… or 84905…."
    )
    alarm_phone: PhoneNumber = Field(
        "", description="Whose phone is told when somebody guesses codes; empty: nobody's."
    )

    fraud_warning: WarningText = Field(
        "", description="Warning against false couriers on papers and in messages, with {address}; empty: ours."
    )
    fraud_warning_en: WarningText = Field("", description="The same warning on English papers and in English messages.")

    geocoder: Literal["none", "nominatim", "photon"] = Field("none", description="Where addresses are looked up.")
    geocoder_url: OptionalWebAddress = Field("", description="Base URL of your own Nominatim or Photon.")
    geocoder_timeout_s: float = Field(3.0, gt=0, le=60, description="How long one look-up may take.")
    travel: Literal["straight", "file", "osrm"] = Field(
        "straight", description="Where travel times come from: straight line × detour, a file of legs, your own OSRM."
    )
    terrain_file: Path | None = Field(None, description="Speeds and detours of the estimate, by `tannha calibrate`.")
    travel_file: Path | None = Field(None, description="CSV of measured legs, for `file`.")
    osrm_url: str = Field("", description="Base URL of your own osrm-routed, for `osrm`.")
    osrm_profile: str = Field("driving", pattern="^[a-z0-9_-]+$", description="Profile in the engine's addresses.")
    osrm_timeout_s: float = Field(5.0, gt=0, le=60, description="How long one question to the engine may take.")
    map_tiles_url: TilesAddress = Field(
        "", description="Where maps get their tiles, with {z}, {x} and {y}; empty: points on plain ground."
    )
    map_tiles_by: str = Field("", max_length=200, description="Whose tiles these are, as maps say it.")
    plan_seconds: int = Field(20, ge=2, le=3600, description="How long planning a day thinks unless told otherwise.")
    plan_cores: int = Field(2, ge=1, le=64, description="Processes that solve at once.")
    plan_memory_mb: int = Field(1500, ge=200, description="Memory each solving process may use.")
    plan_search: Literal["both", "ortools"] = Field(
        "both", description="What improves plans: the compiled search with OR-Tools, or OR-Tools alone."
    )
    plan_courier_cost_s: int = Field(0, ge=0, le=86_400, description="What sending a courier out at all costs.")
    plan_unfamiliar_s: int = Field(60, ge=0, le=86_400, description="What each stop outside a courier's beat costs.")
    plan_fair_load: int = Field(0, ge=0, le=100, description="What each second beyond a fair round costs; 0: nothing.")
    plan_fair_round_s: int = Field(25_200, ge=0, le=86_400, description="A fair round, lunch not counted.")
    plan_lateness_s: int = Field(14_400, ge=1, le=10_000_000, description="What a day of waiting costs a stop in time.")
    plan_permissions: Annotated[
        dict[Literal["fee", "take_back", "collection"], str], NoDecode, BeforeValidator(rules.object_of_texts)
    ] = Field(default_factory=dict, description="JSON: kind of stop → the permission its courier needs.")

    broker_url: BrokerAddress = Field(
        "", description="redis://… or amqp://… for jobs on several machines; empty: embedded worker."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="What is logged.")

    @field_validator("second_factor_roles", mode="before")
    @classmethod
    def _roles(cls, value: Any) -> Any:
        return rules.roles(value) if isinstance(value, str) else value

    @property
    def signed_in_for(self) -> timedelta:
        """Return how long a sign-in lasts without being used."""
        return timedelta(hours=self.signed_in_hours)

    @model_validator(mode="after")
    def _has_its_source(self) -> Settings:
        if self.travel == "osrm" and not self.osrm_url.startswith(("http://", "https://")):
            raise rules.Wrong(
                Message("TANNHA_TRAVEL={value} cần http://… hoặc https://…"), "OSRM_URL", value=self.travel
            )
        if self.travel == "file" and self.travel_file is None:
            raise rules.Wrong(Message("TANNHA_TRAVEL=file cần tên tệp"), "TRAVEL_FILE")
        if bool(self.vietqr_bank) != bool(self.vietqr_account):
            raise rules.Wrong(Message("cần cả ngân hàng và tài khoản"), "VIETQR_ACCOUNT")
        if self.geocoder != "none" and not self.geocoder_url:
            said = Message("TANNHA_GEOCODER={value} cần http://… hoặc https://…")
            raise rules.Wrong(said, "GEOCODER_URL", value=self.geocoder)
        return self

    @field_validator("secret_key")
    @classmethod
    def _is_long(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < _MIN_SECRET:
            raise rules.Wrong(Message("cần ít nhất {limit} ký tự"), limit=_MIN_SECRET)
        return value

    @field_validator("vault_keys", mode="before")
    @classmethod
    def _keys(cls, value: Any) -> Any:
        return tuple(_key(part) for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("vault_keys")
    @classmethod
    def _has_key(cls, value: tuple[bytes, ...]) -> tuple[bytes, ...]:
        if not value or any(len(key) != KEY_BYTES for key in value):
            raise rules.Wrong(Message("cần ít nhất một khóa 32 byte dạng base64"))
        return value

    @field_validator("lookup_key", mode="before")
    @classmethod
    def _one_key(cls, value: Any) -> Any:
        return _key(value) if isinstance(value, str) else value

    @field_validator("trusted_hosts", "callback_allow_hosts", "callback_allow_http_hosts", mode="before")
    @classmethod
    def _names(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip().lower() for part in value.split(",") if part.strip())
        return value


def load_settings(env_file: Path | None = None) -> Settings:
    """Read the settings; raises SettingsMissing naming everything that is missing or wrong, never a value."""
    try:
        return Settings(_env_file=env_file)  # type: ignore[call-arg]
    except ValidationError as exc:
        found = [rules.said(error) for error in exc.errors(include_input=False, include_url=False)]
        problems = {f"TANNHA_{name.upper()}": why for name, why in found}
        raise SettingsMissing(problems) from None


def unknown_settings() -> list[str]:
    """Return the names in the environment that look like ours and are none: a misspelt setting changes nothing."""
    known = {f"TANNHA_{name.upper()}" for name in Settings.model_fields}
    ours = [name for name in os.environ if name.startswith("TANNHA_") and not name.startswith(_OF_THE_TESTS)]
    return sorted(name for name in ours if name.upper() not in known)


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise rules.Wrong(Message("không phải base64")) from None
    if len(key) != KEY_BYTES:
        raise rules.Wrong(Message("cần 32 byte dạng base64"))
    return key
