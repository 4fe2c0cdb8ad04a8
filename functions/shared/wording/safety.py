"""What we say where somebody else may have a phone or an account: it would be urgent if a customer said it."""

from functions.shared.wording.text import Text

SMS_CODE = (
    "{brand}: {code} is your code to link your X account. Valid 10 minutes. Type it only in our X chat. We never ask"
    " for it by phone. Not you? Ignore this."
)
SMS_LINKED = "{brand}: your number is now linked to an X account ({time}). Not you? Call {lost_phone}, free."
SMS_UNLINKED = "{brand}: your number is no longer linked to an X account ({time}). Not you? Call {lost_phone}, free."

LOCKED = Text(
    "figures.locked",
    "{hi}to keep you safe I'm not showing account details in this chat for now. Call {lost_phone} or reply #human, and"
    " a person will check with you and switch it back on.",
    needs=("customer.locked_by", "brand.lost_phone"),
)
UNDONE = (
    "{hi}thank you, we've checked and account details are on again in this chat. If you ever think that someone else"
    " has your phone or account, send #urgent."
)
LOCK_STAYS = (
    "{hi}we couldn't make sure that it's you, so account details stay off here for now. That's to protect you. Call"
    " {lost_phone}, free, day or night, and give them {case}: they have other ways to check."
)

NOT_ORDERED = "Didn't order it? Send #urgent."

SAFETY = (SMS_CODE, SMS_LINKED, SMS_UNLINKED, LOCKED.text, UNDONE, LOCK_STAYS, NOT_ORDERED)
