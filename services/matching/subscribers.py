"""What matching listens to: one ordered consumer, because an offer depends on the whole market."""

from collections.abc import Iterable
from typing import Any

from services.matching.domain.consent import CONSENTS
from services.matching.domain.deciding import Matcher, walks
from services.matching.domain.household import HOUSEHOLDS
from services.matching.domain.market import MARKET
from services.matching.domain.message import MESSAGES
from services.matching.domain.offer import OFFERS
from services.matching.domain.phone import PHONES
from services.matching.domain.refs import offer_id_of
from services.matching.domain.seeker import SEEKERS
from services.matching.domain.skill import SKILLS
from services.matching.domain.stability import STABILITIES
from services.matching.domain.vacancy import VACANCIES
from services.matching.weights import load_manners, load_policy
from shared.events import clock, employers, employment, finance, offers, people
from shared.runner.core import Aggregate, Message, Subscription

MATCHER = Matcher(load_policy(), load_manners())


def reads(message: Message) -> Iterable[tuple[Aggregate[Any], str]]:
    """Return what deciding on a message looks at and folding it does not."""
    match message.event:
        case offers.SmsReceipt(message_id=message_id):
            return ((OFFERS, offer_id_of(message_id)),)
        case offers.SmsReplied(phone_id=phone_id):
            return ((PHONES, phone_id),)
        case _:
            return ()


MATCHING = Subscription(
    name="matching",
    listens=(
        people.RosterEntry,
        people.JobseekerRegistered,
        people.JobseekerUpdated,
        people.JobseekerWithdrawn,
        employers.VacancyOpened,
        employers.VacancyChanged,
        employers.VacancyClosed,
        employment.EmploymentConfirmed,
        employment.EmploymentEnded,
        employment.EmploymentCorrected,
        employment.EmploymentVoided,
        finance.PayeeBlocked,
        offers.SmsReplied,
        offers.SmsReceipt,
        clock.DayClosed,
    ),
    aggregates=(MARKET, SKILLS, HOUSEHOLDS, STABILITIES, SEEKERS, VACANCIES, PHONES, OFFERS, MESSAGES, CONSENTS),
    emits=(
        offers.OfferProposed,
        offers.OfferSent,
        offers.OfferDelivered,
        offers.OfferUndelivered,
        offers.OfferUnanswered,
        offers.OfferAccepted,
        offers.OfferClosed,
        offers.OfferSettled,
        offers.PlaceFreed,
        offers.VacancyWidened,
        offers.OffersPaused,
        offers.ConsentChanged,
        offers.ReplyMisunderstood,
        offers.SmsQueued,
    ),
    decide=MATCHER.decide,
    reads=reads,
    walks=walks,
    decide_one=MATCHER.decide_due,
)
