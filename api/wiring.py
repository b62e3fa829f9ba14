"""The one place where adapters are chosen: settings in, a set of ready services out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from flask import current_app

from api.settings import Settings, SettingsMissing
from labels import is_printable
from postal import Act, Actor, Database, Vault, intake, make_engine, outside
from routing import (
    AddressResolver,
    BadTravelTimes,
    FileMatrix,
    Geocoder,
    NominatimGeocoder,
    Osrm,
    PhotonGeocoder,
    Register,
    StraightLine,
    TravelTimes,
    read_figures,
    terrain_of,
)

EXTENSION = "tannha"


@dataclass(frozen=True, kw_only=True)
class Services:
    """Everything a view or a command may reach for: built once, replaced piece by piece in tests."""

    settings: Settings
    database: Database
    clock: Callable[[], datetime]
    guide: intake.Guide
    travel: TravelTimes
    estimate: TravelTimes
    sender: outside.Sender

    def now(self) -> datetime:
        """Return the instant, aware. Only views and commands ask; use cases take it as an argument."""
        return self.clock()

    @contextmanager
    def acting(self, by: Actor) -> Iterator[Act]:
        """Yield one act of somebody, in a writing transaction that commits at the end and rolls back on any error."""
        with self.database.write() as session:
            yield Act(session, by, self.clock())


def build_services(settings: Settings, *, clock: Callable[[], datetime] | None = None) -> Services:
    """Choose and connect every adapter the settings ask for. Connects to nothing yet."""
    guide = _guide(settings)
    estimate = _estimate(settings, guide.register)
    return Services(
        settings=settings,
        database=Database(make_engine(settings.database_url), Vault(settings.vault_keys, settings.lookup_key)),
        clock=clock or system_clock,
        guide=guide,
        travel=_travel(settings, estimate),
        estimate=estimate,
        sender=outside.RequestsSender.with_policy(
            callback_policy(settings), system_clock, ca_file=settings.callback_ca_file
        ),
    )


def callback_policy(settings: Settings) -> outside.AddressPolicy:
    """Return where callbacks may go: public hosts by https, and the exceptions the operator named."""
    return outside.AddressPolicy(
        allow_hosts=frozenset(settings.callback_allow_hosts),
        allow_http_hosts=frozenset(settings.callback_allow_http_hosts),
    )


def system_clock() -> datetime:
    """Return the machine's time, aware, in UTC."""
    return datetime.now(UTC)


def services() -> Services:
    """Return the services of the running app."""
    return cast("Services", current_app.extensions[EXTENSION])


def _guide(settings: Settings) -> intake.Guide:
    register = Register.builtin()
    return intake.Guide(
        register=register,
        resolver=AddressResolver(register),
        geocoder=_geocoder(settings),
        is_printable=is_printable,
        aliases=settings.header_aliases,
        groups=settings.has_grouped_consignments,
    )


def _estimate(settings: Settings, register: Register) -> StraightLine:
    """Return the estimate by land and kind of area; raises SettingsMissing where its file cannot be used."""
    if settings.terrain_file is None:
        return StraightLine(terrain=terrain_of(register.communes))
    try:
        return StraightLine(terrain=terrain_of(register.communes, read_figures(settings.terrain_file)))
    except (OSError, UnicodeDecodeError) as exc:
        raise SettingsMissing({"TANNHA_TERRAIN_FILE": type(exc).__name__}) from exc
    except BadTravelTimes as exc:
        raise SettingsMissing({"TANNHA_TERRAIN_FILE": f"{exc.vi} / {exc.en}"}) from exc


def _travel(settings: Settings, estimate: StraightLine) -> TravelTimes:
    """Return the source of travel times; raises SettingsMissing where its file cannot be read."""
    if settings.travel == "osrm":
        return Osrm(settings.osrm_url, profile=settings.osrm_profile, timeout_s=settings.osrm_timeout_s)
    if settings.travel == "file" and settings.travel_file is not None:
        try:
            return FileMatrix.read(settings.travel_file, otherwise=estimate)
        except (OSError, UnicodeDecodeError) as exc:
            raise SettingsMissing({"TANNHA_TRAVEL_FILE": type(exc).__name__}) from exc
        except BadTravelTimes as exc:
            raise SettingsMissing({"TANNHA_TRAVEL_FILE": f"{exc.vi} / {exc.en}"}) from exc
    return estimate


def _geocoder(settings: Settings) -> Geocoder | None:
    if settings.geocoder == "none":
        return None
    engine = NominatimGeocoder if settings.geocoder == "nominatim" else PhotonGeocoder
    return engine(settings.geocoder_url, timeout_s=settings.geocoder_timeout_s)
