"""What X's document (OpenAPI 2.167) lets a call ask and say, and X's own form of a refusal of all else.

The lists of fields are also those of X's Python SDK. What it calls a post was a tweet before, and X takes both words.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request

PROBLEMS = "https://api.x.com/2/problems"
X_ID = re.compile(r"[0-9]{1,19}")
LONGEST_TEXT = 10_000
LONGEST_URL = 200
NEWEST = 2**63 - 1
TOKEN_BYTES = 10
"""As many as make 16 signs of base32hex."""


class Problem(Exception):
    """X refuses a call."""

    def __init__(self, status: int, title: str, detail: str, kind: str = "about:blank", **more: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.headers: dict[str, str] | None = None
        """Of this answer alone, instead of what the limit's headers truly are."""
        self.body = {"title": title, "detail": detail, "type": kind, "status": status, **more}


def invalid(message: str, **parameters: Any) -> Problem:
    """X repeats the parameters that it does not like."""
    errors = [{"parameters": {name: [str(value)] for name, value in parameters.items()}, "message": message}]
    kind = f"{PROBLEMS}/invalid-request"
    return Problem(400, "Invalid Request", "One or more parameters to your request was invalid.", kind, errors=errors)


def not_found(what: str, parameter: str, value: str) -> Problem:
    named = {"parameter": parameter, "value": value, "resource_type": what, "resource_id": value}
    detail = f"Could not find {what} with {parameter}: [{value}]."
    return Problem(404, "Not Found Error", detail, f"{PROBLEMS}/resource-not-found", **named)


def duplicate(detail: str) -> Problem:
    return Problem(400, "DuplicateSubscriptionFailed", detail, f"{PROBLEMS}/duplicate-subscription")


# ---- what may be asked ----


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_POST_FIELDS = _words(
    "article article_title attachments author_id card_uri community_id context_annotations conversation_id created_at "
    "display_text_range edit_controls edit_history_tweet_ids entities geo id in_reply_to_user_id lang "
    "matched_media_notes media_metadata non_public_metrics note_post note_request_suggestions note_tweet "
    "organic_metrics paid_partnership possibly_sensitive promoted_metrics public_metrics referenced_tweets "
    "reply_settings scopes source suggested_source_links suggested_source_links_with_counts text withheld"
)
_ALLOWED: Mapping[str, frozenset[str]] = {
    # Who has written comes with the expansion `sender_id`.
    "dm_event.fields": _words("attachments created_at dm_conversation_id entities event_type id text"),
    "event_types": _words("MessageCreate ParticipantsJoin ParticipantsLeave"),
    "expansions": _words("attachments.media_keys participant_ids referenced_posts referenced_tweets.id sender_id"),
    "media.fields": _words(
        "alt_text duration_ms height media_key non_public_metrics organic_metrics preview_image_url promoted_metrics "
        "public_metrics type url variants width"
    ),
    "post.fields": _POST_FIELDS,
    "tweet.fields": _POST_FIELDS,
    "user.fields": _words(
        "affiliation confirmed_email connection_status created_at description entities id is_identity_verified "
        "location most_recent_tweet_id name parody pinned_tweet_id profile_banner_url profile_image_url protected "
        "public_metrics receives_your_dm subscribes_to_you subscription subscription_type url username verified "
        "verified_followers_count verified_type withheld"
    ),
    "webhook_config.fields": _words("created_at id url valid"),
}
"""The values of each parameter that is a list."""
_POSTS = ("post.fields", "tweet.fields", "user.fields")
_DMS = ("dm_event.fields", "expansions", "media.fields", *_POSTS)
_PAGES = ("max_results", "pagination_token")
_PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "/2/dm_events": ("event_types", *_DMS, *_PAGES),
    "/2/dm_events/{event}": _DMS,
    "/2/dm_conversations/{conversation}/dm_events": ("event_types", *_DMS, *_PAGES),
    "/2/dm_conversations/with/{participant}/dm_events": ("event_types", *_DMS, *_PAGES),
    "/2/users/me": _POSTS,
    "/2/webhooks": ("webhook_config.fields",),
    "/2/activity/subscriptions": _PAGES,
}
"""By path; there are none of all others, nor of what is not a GET."""

EVENT_TYPES = _words(
    "block.block block.unblock chat.conversation_join chat.received chat.sent dm.indicate_typing dm.read dm.received "
    "dm.sent follow.follow follow.unfollow like.create mute.mute mute.unmute news.new oauth.revoke post.create "
    "post.delete post.mention.create post.reply.create profile.update.affiliate_badge profile.update.banner_picture "
    "profile.update.bio profile.update.geo profile.update.handle profile.update.profile_picture "
    "profile.update.screenname profile.update.url profile.update.verified_badge spaces.end spaces.start"
)
FILTERS = frozenset(("direction", "keyword", "user_id"))


@dataclass(frozen=True)
class Query:
    """What a GET asks for: the values of each list, and which page."""

    lists: Mapping[str, frozenset[str]]
    count: int
    """`max_results`."""
    after: int | None
    """The last id of the page before."""

    def wants(self, name: str) -> frozenset[str]:
        return self.lists.get(name, frozenset())


def query_of(request: Request, path: str) -> Query:
    """Read a call's parameters; refuse what the document does not list for its path, and what is there twice."""
    allowed = _PARAMETERS.get(path, ()) if request.method == "GET" else ()
    given = request.query_params.multi_items()
    for name, value in given:
        if name not in allowed:
            raise invalid(f"The query parameter [{name}] is not one of [{','.join(sorted(allowed))}]", **{name: value})
        if sum(name == other for other, _ in given) > 1:
            raise invalid(f"The query parameter [{name}] is there twice", **{name: value})
    values = dict(given)
    token = values.get("pagination_token")
    return Query(
        {name: _listed(name, values[name]) for name in values if name in _ALLOWED},
        _count(values.get("max_results", "100")),
        None if token is None else _id_in(token),
    )


def _listed(name: str, value: str) -> frozenset[str]:
    given = value.split(",")
    for one in given:
        if one not in _ALLOWED[name]:
            known = ",".join(sorted(_ALLOWED[name]))
            raise invalid(f"The `{name}` query parameter value [{one}] is not one of [{known}]", **{name: one})
        if given.count(one) > 1:
            raise invalid(f"The `{name}` query parameter value [{one}] is there twice", **{name: one})
    return frozenset(given)


def _count(value: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]?|100", value):
        message = f"The `max_results` query parameter value [{value}] is not between 1 and 100"
        raise invalid(message, max_results=value)
    return int(value)


# ---- pages ----


def cut[T](found: Sequence[T], query: Query, id_of: Callable[[T], str]) -> tuple[Sequence[T], dict[str, Any]]:
    """Return a page and its `meta`. `found` goes beyond the page where the list does."""
    page = found[: query.count]
    goes_on = {"next_token": _token(int(id_of(page[-1])))} if len(found) > len(page) else {}
    return page, {"result_count": len(page), **goes_on}


def _token(last: int) -> str:
    return base64.b32hexencode(last.to_bytes(TOKEN_BYTES)).decode().lower()


def _id_in(token: str) -> int:
    if not re.fullmatch(r"[0-9a-v]{16}", token):
        message = f"The `pagination_token` query parameter value [{token}] is not valid"
        raise invalid(message, pagination_token=token)
    return min(int.from_bytes(base64.b32hexdecode(token.upper())), NEWEST)


# ---- what may be said ----


async def body_of(request: Request, *allowed: str) -> dict[str, Any]:
    """Read a call's body; refuse what the document does not list for it."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise Problem(415, "Unsupported Media Type", "The request body must be application/json.")
    try:
        body = json.loads(await request.body())
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise invalid("The request body is not a JSON object.")
    only(body, allowed)
    return body


def only(given: Mapping[str, Any], allowed: Sequence[str] | frozenset[str], at: str = "$") -> None:
    if unknown := sorted(set(given) - set(allowed)):
        raise invalid(f"{at}.{unknown[0]}: is not defined in the schema and the schema does not allow it.")


def text_of(body: Mapping[str, Any]) -> str:
    text = body.get("text")
    if not isinstance(text, str) or not text.strip() or not is_unicode(text):
        raise invalid("$.text: must be a string that is not empty.", text=text)
    if len(text) > LONGEST_TEXT:
        raise invalid(f"$.text: may be at most {LONGEST_TEXT} characters long.")
    return text


def url_of(body: Mapping[str, Any]) -> str:
    """X takes https alone; this machine has none."""
    url = body.get("url")
    if not isinstance(url, str) or not url.startswith(("https://", "http://")) or len(url) > LONGEST_URL:
        raise invalid("The webhook's URL does not meet the requirements.", url=url)
    return url


def minute_of(body: Mapping[str, Any], name: str) -> datetime:
    """Read a time like 202611220900."""
    value = body.get(name)
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{12}", value):
        raise invalid(f"$.{name}: must be a time like 202611220900.")
    try:
        return datetime.strptime(value, "%Y%m%d%H%M").replace(tzinfo=UTC)
    except ValueError as error:
        raise invalid(f"$.{name}: there is no such time.") from error


def check_activity(body: Mapping[str, Any]) -> None:
    """Refuse a subscription to what there is not, or about nobody."""
    event_type, about = body.get("event_type"), body.get("filter")
    if not isinstance(event_type, str) or event_type not in EVENT_TYPES:
        raise invalid(f"$.event_type: is not one of [{','.join(sorted(EVENT_TYPES))}]", event_type=event_type)
    if not isinstance(about, dict):
        raise invalid("$.filter: must be an object.", filter=about)
    only(about, FILTERS, "$.filter")
    user, keyword = about.get("user_id"), about.get("keyword")
    if not (isinstance(user, str) and X_ID.fullmatch(user)) and not (user is None and isinstance(keyword, str)):
        raise invalid("$.filter: must have a user_id or a keyword.", user_id=user)
    if about.get("direction") not in (None, "inbound", "outbound"):
        raise invalid("$.filter.direction: is not one of [inbound,outbound]", direction=about["direction"])


def is_unicode(text: str) -> bool:
    """Half a character pair is legal in JSON's escapes and nowhere else."""
    return not any("\ud800" <= sign <= "\udfff" for sign in text)


def x_id(request: Request, name: str) -> str:
    value = str(request.path_params[name])
    if not X_ID.fullmatch(value):
        raise invalid(f"The `{name}_id` path parameter is not a valid id.", **{name: value})
    return value
