"""Replies become the one DM that a customer reads."""

from collections.abc import Sequence
from dataclasses import replace

from functions.commands import texts
from functions.commands.decisions import Open, Say
from functions.commands.incoming import Heard
from functions.shared.conversation.cases import case_number
from functions.shared.conversation.customers import Customer
from functions.shared.conversation.replies import Kind
from functions.shared.wording.text import ETA, Reply, assemble, form, worded


def compose(
    heard: Heard,
    after: Customer,
    replies: Sequence[Reply],
    kind: Kind,
    *,
    beside: Open | None = None,
    joins: str | None = None,
    slip: bool = False,
    notice: bool = True,
) -> tuple[Customer, Say]:
    """Put replies into one text; the first one to a new customer carries the privacy notice.

    `beside` is a new case, `joins` the open one that the words beside a hashtag join.
    """
    values = heard.values(beside.id, beside.team, beside.due_at) if beside else {}
    too = texts.TOO.format_map({**values, "eta": ETA}) if beside else None
    if joins:
        too = texts.JOINED.format(case=case_number(joins))
    told = values.get("eta") or next((reply.eta for reply in replies if reply.eta), "")
    promises = next((reply.promises for reply in replies if reply.promises), None)
    if beside:
        promises = heard.told(beside.team, beside.due_at)
    url = heard.question.catalogue.brand.privacy_url
    first = notice and not after.told_privacy
    says_it = any(url in reply.text for reply in replies)
    holes = form(
        replies,
        handle=after.handle,
        typo=heard.took_for.tag if slip and heard.took_for else None,
        too=too,
        first_contact=texts.FIRST_CONTACT.format(privacy_url=url) if first and not says_it else None,
    )
    quotes = next((reply.quotes for reply in replies if reply.quotes), None)
    key = replies[0].key if len(replies) == 1 else "several"
    asked = next((reply.wording for reply in replies if reply.wording), after.wording)
    link = after.link.used(heard.question.now) if quotes and after.link else after.link
    told_of_lock = after.told_of_lock or any(reply.explains_lock for reply in replies)
    told_privacy = after.told_privacy or first
    told_of = next((reply.notice for reply in replies if reply.notice), after.told_of)
    after = replace(after, told_privacy=told_privacy, told_of_lock=told_of_lock, wording=asked, link=link)
    told_over = next((reply.over for reply in replies if reply.over), after.told_over)
    after = replace(after, told_of=told_of, told_over=told_over)
    text = worded(holes, handle=after.handle, eta=told)
    say = Say(key, text, kind, quotes, form=holes, too=too and too.replace(ETA, told), promises=promises)
    return after, replace(say, by_words=any(reply.by_words for reply in replies))


def said_alone(reply: Reply, kind: Kind, handle: str | None) -> Say:
    return Say(reply.key, assemble([reply], handle=handle), kind, form=form([reply], handle=handle))
