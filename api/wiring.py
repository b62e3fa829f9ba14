"""The one place where adapters are chosen: settings in, a set of ready services out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import cast

from flask import current_app

from api.settings import Settings, SettingsMissing
from labels import is_printable
from postal import Act, Actor, Database, Message, Vault, first_wins, intake, make_engine, outside
from postal.network import home
from postal.rules import local_day
from routing import (
    BadRegister,
    BadTravelTimes,
    Commune,
    FileMatrix,
    Geocoder,
    NewUnit,
    NominatimGeocoder,
    Osrm,
    PhotonGeocoder,
    Province,
    Register,
    StraightLine,
    Terrain,
    TravelTimes,
    find_province,
    read_figures,
    read_resolutions,
    register_of,
    resolver_of,
    terrain_of,
    with_resolutions,
)

EXTENSION = "tannha"


@dataclass(frozen=True, kw_only=True)
class Services:
    """Everything a view or a command may reach for: built once, replaced piece by piece in tests."""

    settings: Settings
    database: Database
    clock: Callable[[], datetime]
    sender: outside.Sender
    notifier: outside.Notifier | None = None

    @cached_property
    def ground(self) -> Ground:
        """Return where the post walks."""
        return Ground(self.settings, self.database, self.clock)

    @property
    def guide(self) -> intake.Guide:
        """Return the register, the resolver and what intake is set to."""
        return self.ground.guide

    @property
    def travel(self) -> TravelTimes:
        """Return the source of travel times."""
        return self.ground.travel

    @property
    def estimate(self) -> TravelTimes:
        """Return the estimate, for where the source is silent."""
        return self.ground.estimate

    def now(self) -> datetime:
        """Return the instant, aware. Only views and commands ask; use cases take it as an argument."""
        return self.clock()

    @contextmanager
    def acting(self, by: Actor) -> Iterator[Act]:
        """Yield one act of somebody, in a writing transaction that commits at the end and rolls back on any error.

        Raises TakenMeanwhile where somebody else recorded the same code or name at this instant.
        """
        with first_wins(), self.database.write() as session:
            yield Act(session, by, self.clock())


def build_services(settings: Settings, *, clock: Callable[[], datetime] | None = None) -> Services:
    """Choose and connect every adapter the settings ask for. Connects to nothing yet."""
    database = Database(make_engine(settings.database_url), Vault(settings.vault_keys, settings.lookup_key))
    built = Services(
        settings=settings,
        database=database,
        clock=clock or system_clock,
        sender=outside.RequestsSender.with_policy(
            callback_policy(settings), system_clock, ca_file=settings.callback_ca_file
        ),
        notifier=_notifier(settings),
    )
    assert built.ground is not None  # reads the files the settings name, so that a wrong one is found at the start
    return built


class Ground:
    """Where the post walks: the province the database was set up for, asked once, at the first question.

    The files that the settings name are read at the start: a wrong one stops every command by its setting.
    """

    def __init__(self, settings: Settings, database: Database, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._database = database
        self._today = local_day(clock())
        self._resolutions = _resolutions(settings)
        _check_aliases(settings)
        self._terrain_of = _terrain(settings)
        self._legs = _legs(settings)

    @cached_property
    def home(self) -> home.Home:
        """Return the province and its post; an empty database is Huế's until it is seeded otherwise."""
        with self._database.read() as session:
            found = home.home(session)
        if found is not None:
            return found
        hue = find_province(Register.builtin().home.name)
        return home.Home(province=hue.name, post_name=home.post_name_of(hue), is_draft=False)

    def register_of(self, province: Province) -> Register:
        """Return a province's register as it is today, with the resolutions of the operator's file."""
        return with_resolutions(register_of(province), self._resolutions, on=self._today)

    @cached_property
    def guide(self) -> intake.Guide:
        """Return what intake is guided by."""
        register = self.register_of(find_province(self.home.province))
        return intake.Guide(
            register=register,
            resolver=resolver_of(register),
            geocoder=_geocoder(self._settings),
            is_printable=is_printable,
            aliases=self._settings.header_aliases,
            groups=self._settings.has_grouped_consignments,
        )

    @cached_property
    def estimate(self) -> StraightLine:
        """Return the estimate by land and kind of area."""
        return StraightLine(terrain=self._terrain_of(self.guide.register.communes))

    @cached_property
    def travel(self) -> TravelTimes:
        """Return the source of travel times the settings ask for."""
        settings = self._settings
        if settings.travel == "osrm":
            return Osrm(settings.osrm_url, profile=settings.osrm_profile, timeout_s=settings.osrm_timeout_s)
        return self.estimate if self._legs is None else FileMatrix(legs=self._legs.legs, otherwise=self.estimate)


def callback_policy(settings: Settings) -> outside.AddressPolicy:
    """Return where callbacks may go: public hosts by https, and the exceptions the operator named."""
    return outside.AddressPolicy(
        allow_hosts=frozenset(settings.callback_allow_hosts),
        allow_http_hosts=frozenset(settings.callback_allow_http_hosts),
    )


def _notifier(settings: Settings) -> outside.Notifier | None:
    if not settings.sms_gateway_url:
        return None
    return outside.HttpGateway.at(
        settings.sms_gateway_url,
        headers={name: value.get_secret_value() for name, value in settings.sms_gateway_headers.items()},
        body=settings.sms_gateway_body,
        is_plus84=settings.sms_gateway_numbers == "international",
    )


def system_clock() -> datetime:
    """Return the machine's time, aware, in UTC."""
    return datetime.now(UTC)


def services() -> Services:
    """Return the services of the running app."""
    return cast("Services", current_app.extensions[EXTENSION])


def _check_aliases(settings: Settings) -> None:
    """Raise SettingsMissing where a header of the operator's files is to mean a column we do not have."""
    unknown = set(settings.header_aliases.values()) - set(intake.FIELD_OF_COLUMN)
    if unknown:
        why = Message("cột của chương trình là {columns}").filled(columns=", ".join(intake.FIELD_OF_COLUMN))
        raise SettingsMissing({"TANNHA_HEADER_ALIASES": why})


def _resolutions(settings: Settings) -> tuple[NewUnit, ...]:
    """Return the resolutions of the operator's file; raises SettingsMissing where it cannot be used."""
    if settings.units_file is None:
        return ()
    try:
        return read_resolutions(settings.units_file)
    except BadRegister as exc:
        raise SettingsMissing({"TANNHA_UNITS_FILE": exc.message}) from exc


def _terrain(settings: Settings) -> Callable[[Sequence[Commune]], Terrain]:
    """Return how the estimate sees a province's land; raises SettingsMissing where its file cannot be used."""
    if settings.terrain_file is None:
        return terrain_of
    try:
        return partial(terrain_of, figures=read_figures(settings.terrain_file))
    except (OSError, UnicodeDecodeError) as exc:
        raise SettingsMissing({"TANNHA_TERRAIN_FILE": type(exc).__name__}) from exc
    except BadTravelTimes as exc:
        raise SettingsMissing({"TANNHA_TERRAIN_FILE": exc.message}) from exc


def _legs(settings: Settings) -> FileMatrix | None:
    """Return the measured legs; raises SettingsMissing where their file cannot be read."""
    if settings.travel != "file" or settings.travel_file is None:
        return None
    try:
        return FileMatrix.read(settings.travel_file)
    except (OSError, UnicodeDecodeError) as exc:
        raise SettingsMissing({"TANNHA_TRAVEL_FILE": type(exc).__name__}) from exc
    except BadTravelTimes as exc:
        raise SettingsMissing({"TANNHA_TRAVEL_FILE": exc.message}) from exc


def _geocoder(settings: Settings) -> Geocoder | None:
    if settings.geocoder == "none":
        return None
    engine = NominatimGeocoder if settings.geocoder == "nominatim" else PhotonGeocoder
    return engine(settings.geocoder_url, timeout_s=settings.geocoder_timeout_s)
