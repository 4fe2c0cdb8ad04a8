"""X's own Python SDK and tweepy work against the simulator as they are: what they ask, it takes, as X does.

Two of their calls have nothing here to work on: new group chats, and the media of a DM.
"""

from typing import Any

import pytest
import requests

from local.x.faults import Fault
from tests.simulated_x import BRAND, CREDENTIALS, LINKED, NEW, SECRET, Hook, SimulatedX, hook, simulated, user_tokens

__all__ = ["hook", "simulated"]  # fixtures

IN_CHAT = f"{BRAND.id}-{LINKED.id}"


# ---- X's own ----


@pytest.fixture
def sdk(simulated: SimulatedX) -> Any:
    xdk = pytest.importorskip("xdk", reason="X's own SDK is not installed")
    from xdk.oauth1_auth import OAuth1

    user = OAuth1(CREDENTIALS.consumer_key, SECRET, "oob", CREDENTIALS.access_token, CREDENTIALS.access_token_secret)
    client = xdk.Client(simulated.url, bearer_token=CREDENTIALS.bearer_token, auth=user)
    client.session.trust_env = False
    return client


def test_x_s_sdk_sends_and_reads_back_what_it_sent(sdk: Any, simulated: SimulatedX) -> None:
    from xdk.direct_messages.models import CreateByConversationIdRequest, CreateByParticipantIdRequest

    first = sdk.direct_messages.create_by_participant_id(LINKED.id, CreateByParticipantIdRequest(text="12.4 GB & more"))
    second = sdk.direct_messages.create_by_conversation_id(IN_CHAT, CreateByConversationIdRequest(text="until Friday"))

    assert first.data.dm_conversation_id == IN_CHAT
    assert [dm["text"] for dm in simulated.chat(LINKED.id)] == ["12.4 GB & more", "until Friday"]
    one = sdk.direct_messages.get_events_by_id(second.data.dm_event_id, dm_event_fields=["created_at"])
    assert (one.data.text, one.data.event_type) == ("until Friday", "MessageCreate")
    assert sdk.direct_messages.delete_events(second.data.dm_event_id).data.deleted
    assert len(simulated.chat(LINKED.id)) == 1


def test_x_s_sdk_reads_every_list_to_its_end(sdk: Any, simulated: SimulatedX) -> None:
    written = [simulated.types(user.id, f"{n}")["id"] for n, user in enumerate([LINKED, NEW, LINKED, LINKED])]
    asked = {
        "max_results": 2,
        "event_types": ["MessageCreate"],
        "dm_event_fields": ["attachments", "created_at", "dm_conversation_id", "entities", "event_type", "id", "text"],
        "expansions": ["attachments.media_keys", "participant_ids", "referenced_posts", "sender_id"],
        "user_fields": ["created_at", "public_metrics", "username", "verified_type"],
        "post_fields": ["created_at", "text"],
        "media_fields": ["type", "url"],
    }

    pages = list(sdk.direct_messages.get_events(**asked))
    chat = list(sdk.direct_messages.get_events_by_participant_id(LINKED.id, **asked))
    by_name = list(sdk.direct_messages.get_events_by_conversation_id(IN_CHAT, **asked))

    assert [event.id for page in pages for event in page.data] == written[::-1]
    assert [page.meta.result_count for page in pages] == [2, 2]
    assert {event.sender_id for page in pages for event in page.data} == {LINKED.id, NEW.id}
    assert {user.username for page in pages for user in page.includes.users} == {LINKED.handle, NEW.handle}
    assert [event.id for page in chat for event in page.data] == [written[n] for n in (3, 2, 0)]
    assert [page.data for page in by_name] == [page.data for page in chat]


def test_x_s_sdk_manages_the_webhook_and_its_subscriptions(sdk: Any, hook: Hook) -> None:
    from xdk.activity.models import CreateSubscriptionRequest, UpdateSubscriptionRequest

    [webhook] = sdk.webhooks.get(webhook_config_fields=["id", "url", "valid"]).data
    wanted = {"event_type": "post.mention.create", "filter": {"user_id": BRAND.id}, "webhook_id": webhook.id}
    made = sdk.activity.create_subscription(CreateSubscriptionRequest(**wanted)).data.subscription
    sdk.activity.update_subscription(made.subscription_id, UpdateSubscriptionRequest(tag="mentions"))
    every = [one for page in sdk.activity.get_subscriptions(max_results=1) for one in page.data]

    assert (webhook.url, webhook.valid) == (hook.url, True)
    assert sdk.webhooks.validate(webhook.id).data.valid
    assert [one.event_type for one in every] == ["dm.received", "dm.sent", "chat.received", "post.mention.create"]
    assert every[-1].tag == "mentions"
    assert sdk.activity.delete_subscription(made.subscription_id).data.deleted
    assert sdk.account_activity.get_subscriptions(webhook.id).data.subscriptions[0].user_id == BRAND.id
    assert sdk.account_activity.get_subscription_count().data.subscriptions_count_all == "1"


def test_x_s_sdk_hears_a_refusal_in_x_s_form(sdk: Any) -> None:
    from xdk.direct_messages.models import CreateByParticipantIdRequest
    from xdk.schemas import ResourceNotFoundProblem

    with pytest.raises(requests.HTTPError) as refused:
        sdk.direct_messages.create_by_participant_id("4242", CreateByParticipantIdRequest(text="Hi"))

    problem = ResourceNotFoundProblem.model_validate(refused.value.response.json())
    assert (problem.resource_type, problem.resource_id, problem.status) == ("user", "4242", 404)


# ---- tweepy ----


class Redirected(requests.Session):
    """tweepy has X's address in its code. All else is as it comes."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.trust_env = False
        self._url = url

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **more: Any) -> requests.Response:
        there = self._url + str(url).removeprefix("https://api.twitter.com")
        return super().request(method, there, *args, **more)


@pytest.fixture
def tweepy_client(simulated: SimulatedX) -> Any:
    tweepy = pytest.importorskip("tweepy")
    client = tweepy.Client(**user_tokens())
    client.session = Redirected(simulated.url)
    return client


def test_tweepy_sends_and_lists_dms(tweepy_client: Any, simulated: SimulatedX) -> None:
    asked = simulated.types(LINKED.id, "#data")["id"]
    simulated.types(NEW.id, "#charges")

    sent = [
        tweepy_client.create_direct_message(participant_id=LINKED.id, text="12.4 GB").data["dm_event_id"],
        tweepy_client.create_direct_message(dm_conversation_id=IN_CHAT, text="until Friday").data["dm_event_id"],
    ]

    fields = {"dm_event_fields": ["created_at", "id", "text"], "expansions": "sender_id", "tweet_fields": "created_at"}
    first = tweepy_client.get_direct_message_events(participant_id=LINKED.id, max_results=2, **fields)
    rest = tweepy_client.get_dm_events(dm_conversation_id=IN_CHAT, pagination_token=first.meta["next_token"], **fields)
    assert [str(dm.id) for dm in (*first.data, *rest.data)] == [sent[1], sent[0], asked]
    assert [user.username for user in rest.includes["users"]] == [LINKED.handle]
    assert len(tweepy_client.get_direct_message_events(user_fields=["username"]).data) == 4


def test_tweepy_raises_what_x_s_refusals_mean_to_it(tweepy_client: Any, simulated: SimulatedX) -> None:
    import tweepy  # type: ignore[import-untyped]

    with pytest.raises(tweepy.NotFound):
        tweepy_client.create_direct_message(participant_id="4242", text="Hi")
    with pytest.raises(tweepy.BadRequest, match="sender_id"):
        tweepy_client.get_direct_message_events(dm_event_fields=["sender_id"])
    simulated.ok(simulated.http.post("/sim/faults/script", json={"send": [Fault.LIMIT, Fault.CLOSED]}))
    with pytest.raises(tweepy.TooManyRequests):
        tweepy_client.create_direct_message(participant_id=LINKED.id, text="Hi")
    with pytest.raises(tweepy.Forbidden):
        tweepy_client.create_direct_message(participant_id=LINKED.id, text="Hi")
