"""The desk of this process, put together from its settings."""

from dataclasses import dataclass
from functools import cache, partial

from functions.escalate import account_column
from functions.escalate.desk_api import Desk
from functions.shared import wiring
from functions.shared.aws import clock, settings, start
from functions.shared.brand.catalogue import Brand, Catalogue
from functions.shared.wording import saying
from functions.shared.x.keyed_messenger import KeyedMessenger
from functions.shared.x.media import MEDIA_HOST, Picture


@dataclass(frozen=True, kw_only=True)
class Door:
    """Where staff sign in. `hosts` are what their browser talks to for that, besides the issuer's own."""

    sign_in_issuer: str = ""
    sign_in_audience: str = ""
    sign_in_hosts: str = ""


@dataclass(frozen=True, kw_only=True)
class Settings(Door, wiring.SenderSettings):
    accounts_table: str
    catalogue_table: str


@cache
def door() -> Door:
    return settings.read(Door)


@cache
def settings_here() -> Settings:
    return settings.read(Settings)


@cache
def desk() -> Desk:
    ours = settings_here()
    dynamodb = settings.client("dynamodb")
    messenger = KeyedMessenger(partial(settings.secret, ours.x_user_secret_name), ours.x_api_url)

    def catalogue() -> Catalogue:
        return Catalogue.read(dynamodb, ours.catalogue_table, clock.now())

    def brand() -> Brand:
        return catalogue().brand

    def picture(url: str | None) -> Picture:
        from functions.shared.x.pictures import fetch  # most cases have none

        # An X that is spoken to without TLS is a simulated one: its pictures lie there too.
        base = ours.x_api_url if ours.x_api_url.startswith("http://") else MEDIA_HOST
        return fetch(url, settings.secret(ours.x_user_secret_name), base)

    keyed = wiring.keyed(ours.code_key_secret_name)
    account = account_column.reader(dynamodb, ours.accounts_table, brand, clock.now)
    linked = account_column.reader_of_proven(dynamodb, ours.accounts_table)
    says_time = partial(saying.clock_time, brand=brand)
    sender = wiring.sender_of(ours, settings.client, messenger, says_time, keyed)
    return Desk(sender, account, brand, linked, keyed, catalogue, picture)


start.prepare(lambda: desk().rehearse())
