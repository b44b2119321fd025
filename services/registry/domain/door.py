"""The door: a raw message of the intake becomes a fact without personal identifiers, or a refusal.

Pure: the only secrets are the deployment's keys. A refusal names one code and one field and never the value.
Sources: GB 11643-1999 (resident ids), GB 32100-2015 (credit codes), CloudEvents 1.0.2.
"""

import base64
import re
import zlib
from collections.abc import Callable, Container
from datetime import date, datetime
from functools import cache
from typing import Any

import orjson

from services.registry.domain.mistakes import refuse_operators, validated
from services.registry.domain.signers import of_employment
from services.registry.domain.strays import holds_number, names_somebody, own_numbers, refuse_in_fact
from shared.catalog import OFFERED
from shared.errors import Refused
from shared.events.contract import DESK, TYPE_PREFIX, Fact, Model, named_by_id, nested, offered_form, pseudonyms
from shared.events.envelope import MAX_BYTES, Envelope, decode
from shared.events.ops import RedriveRequested
from shared.events.people import Location
from shared.events.upcasting import NewerVersion, Schemas
from shared.identity import (
    IdentityError,
    born_on,
    normalise_id_number,
    normalise_phone,
    normalise_uscc,
    sex,
    unreachable_phone,
)
from shared.privacy import content_hash, person_id, phone_id
from shared.runner.core import Admitted, Keys, Personal, Refuse
from shared.sms.answers import meaning

_SOURCE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_ID_NUMBER = re.compile(r"[1-9]\d{5}(19|20)\d{9}[\dXx]")
_TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_NO_NUMBER = "an event's id holds no number of a person"
_LONGEST_ID = 200
_offered_form = cache(offered_form)
_COARSE = 2  # decimals of a degree, about a kilometre: enough to match work nearby, too little to find a door


class IntakeDoor:
    """Validates and pseudonymises what upstream publishes on `intake.<source>.<fact>`."""

    def __init__(self, keys: Keys, schemas: Schemas[Fact] = OFFERED) -> None:
        self._keys, self._schemas = keys, schemas
        self._offered = {fact: _offered_form(fact) for fact in schemas.today.values()}

    def admit(self, subject: str, headers: dict[str, str] | None, body: bytes) -> Admitted:
        """Return the recorded form of one message, or why it is refused."""
        source, fact_name = _addressed(subject)
        try:
            envelope = decode(headers, body, unique_keys=True)
        except Refused as refused:
            return self._nameless(body, source, fact_name, refused)
        try:
            event, personal = self._fact(envelope, source, fact_name)
        except Refused as refused:
            # An id with a person's number in it must not be told again, not even to refuse it.
            if refused.code == "personal_data_in_id" or names_somebody(envelope.id):
                return self._nameless(body, source, fact_name, refused)
            if isinstance(refused, NewerVersion):
                return self._admitted(envelope, source, fact_name, room=refused.room)
            return self._admitted(envelope, source, fact_name, refusal=_refuse(refused))
        letter = self._letter(event, envelope) if isinstance(event, RedriveRequested) else None
        made = {"event": event, "personal": personal, "letter": letter, "traceparent": _traceparent(headers, envelope)}
        return self._admitted(envelope, source, fact_name, **made)

    def _letter(self, request: RedriveRequested, envelope: Envelope) -> Admitted | None:
        """Return the refused fact that a request encloses, judged anew; None where it is not the one it names."""
        body = _unpacked(envelope.data["body"])
        try:
            letter = decode(None, body)
        except Refused:
            return None
        fact = letter.type.removeprefix(TYPE_PREFIX).rpartition(".v")[0]
        if fact == RedriveRequested.topic or f"{letter.source}|{letter.id}" != request.letter:
            return None
        return self.admit(f"intake.{letter.source}.{fact}", None, body)

    def _nameless(self, body: bytes, source: str, fact_name: str, refused: Refused) -> Admitted:
        whole = content_hash(self._keys.content, body)
        return Admitted("", whole, source, fact_name, "", refusal=_refuse(refused))

    def _admitted(self, envelope: Envelope, source: str, fact_name: str, **made: Any) -> Admitted:
        content = orjson.dumps([envelope.type, envelope.data], option=orjson.OPT_SORT_KEYS)
        correlation = envelope.extensions.get("correlationid")
        kept = isinstance(correlation, str) and len(correlation) <= _LONGEST_ID and not names_somebody(correlation)
        return Admitted(
            key=f"{source}|{envelope.id}",
            content_hash=content_hash(self._keys.content, content),
            source=source,
            fact=fact_name,
            fact_id=envelope.id,
            correlation_id=str(correlation) if kept else envelope.id,
            **made,
        )

    def _fact(self, envelope: Envelope, source: str, fact_name: str) -> tuple[Fact, tuple[Personal, ...]]:
        if envelope.source != source or not _SOURCE.fullmatch(source):
            raise Refused("source_differs_from_subject", "source", "the registered source that the subject names")
        if _ID_NUMBER.search(envelope.id) or names_somebody(envelope.id):
            raise Refused("personal_data_in_id", "id", _NO_NUMBER)
        fact, data = self._schemas.read(envelope.type, envelope.data)
        if fact.topic != fact_name:
            raise Refused("type_differs_from_subject", "type", f"publish it on intake.{source}.{fact.topic}")
        if fact.only_from and source not in fact.only_from:
            raise Refused("not_from_this_source", "source", f"only {' or '.join(fact.only_from)} may state it")
        refuse_operators(data, "data")
        recorded_on = _recorded_on(envelope.time)
        offered = validated(self._form(fact, data, source), data, "data")
        recorded, personal = self._recorded(fact, offered, recorded_on, "data")
        if "consent_at" in fact.model_fields and "sms_consent" in recorded and envelope.time:
            recorded["consent_at"] = envelope.time.upper()
        event = validated(fact, recorded, "data")
        _refuse_nobody(event)
        own = own_numbers(personal)
        refuse_in_fact(event, own)
        if holds_number(envelope.id, own):
            raise Refused("personal_data_in_id", "id", _NO_NUMBER)
        return event, tuple(personal)

    def _form(self, fact: type[Fact], data: dict[str, Any], source: str) -> type[Model]:
        """Return the form that data must keep; who names a person both ways is told that the number has no place."""
        if source == DESK and named_by_id(fact) & data.keys():
            return _offered_form(fact, by_id=True)
        return self._offered[fact]

    def _recorded(
        self, form: type[Model], offered: Model, on: date | None, path: str
    ) -> tuple[dict[str, Any], list[Personal]]:
        """Return the recorded fields of an offered fact, and what goes to the vault."""
        sent = _said(offered)
        kept = {name for name, info in getattr(form, "Personal", Model).model_fields.items() if name in sent}
        fields = {name: value for name, value in sent.items() if name not in kept}
        private = {name: sent[name] for name in kept}
        for name, pseudonym in pseudonyms(form).items():
            if pseudonym.of not in sent:
                continue
            fields.pop(pseudonym.of, None)
            make = self._person if pseudonym.kind == "person" else self._phone
            fields[name], private[pseudonym.of] = make(sent[pseudonym.of], on, f"{path}.{pseudonym.of}")
        everyone: list[Personal] = []
        for name, entry in nested(form).items():
            made = [
                self._recorded(entry, item, on, f"{path}.{name}.{number}")
                for number, item in enumerate(getattr(offered, name))
            ]
            fields[name] = [recorded for recorded, _ in made]
            everyone += [personal for _, found in made for personal in found]
        self._derive(form, fields, private, path)
        subject_id = fields.get("person_id") or fields.get("coordinator_id") or of_employment(fields)
        subject_id = subject_id or fields.get("uscc")
        if subject_id and private:
            everyone.append(Personal(subject_id, private))
        return fields, everyone

    def _derive(self, form: type[Model], fields: dict[str, Any], private: dict[str, Any], path: str) -> None:
        """Fill in what follows from the fact itself; what follows from other facts is decided later."""
        known = form.model_fields
        if "born_on" in known and "id_number" in private:
            fields["born_on"] = born_on(private["id_number"]).isoformat()
            fields["sex"] = sex(private["id_number"])
        if "phone" in private:
            fields |= self._derived_of_phone(form, private, path)
        if "answer" in known:
            fields["answer"] = meaning(private["text"])
        for code in sorted(fields.keys() & {"uscc", "sender_uscc"}):
            fields[code] = _identified(normalise_uscc, fields[code], f"{path}.{code}")
        if fields.get("location"):
            point = Location.model_validate(fields["location"])
            fields["location"] = {"lat": round(point.lat, _COARSE), "lon": round(point.lon, _COARSE)}
        fields |= _counted(known, fields, private)

    def _derived_of_phone(self, form: type[Model], private: dict[str, Any], path: str) -> dict[str, Any]:
        """Return what follows from a phone; a job seeker whose phone gets no SMS is registered all the same."""
        known = form.model_fields
        if "phone_kind" in known and (found := unreachable_phone(private["phone"])):
            kind, private["phone"] = found
            return {"phone_kind": kind, "phone_id": phone_id(self._keys.person, private["phone"])}
        pseudonym, private["phone"] = self._phone(private["phone"], None, f"{path}.phone")
        return {"phone_id": pseudonym} if "phone_id" in known else {}

    def _person(self, number: str, on: date | None, path: str) -> tuple[str, str]:
        normal = _identified(lambda text: normalise_id_number(text, on=on), number, path)
        return person_id(self._keys.person, normal), normal

    def _phone(self, number: str, _: date | None, path: str) -> tuple[str, str]:
        normal = _identified(normalise_phone, number, path)
        return phone_id(self._keys.person, normal), normal


def _counted(known: Container[str], fields: dict[str, Any], private: dict[str, Any]) -> dict[str, int]:
    """Return how many people a fact names, where the recorded form says only that."""
    counts = {"participants": "headcount", "parties": "party_count"}
    return {
        count: len(private[names])
        for names, count in counts.items()
        if names in private and count in known and count not in fields
    }


def _addressed(subject: str) -> tuple[str, str]:
    """Return source and fact that an intake subject names; one that names a person is told to nobody."""
    parts = subject.split(".", 2)
    source, fact = (parts[1], parts[2]) if len(parts) == 3 else ("unknown", subject)  # noqa: PLR2004 - intake too
    return "unknown" if names_somebody(source) else source, "unknown" if names_somebody(fact) else fact


def _traceparent(headers: dict[str, str] | None, envelope: Envelope) -> str:
    """Return the W3C trace context of a fact, of the header or of the event; nothing that could hold a number."""
    found = str((headers or {}).get("traceparent") or envelope.extensions.get("traceparent", ""))
    return found if _TRACEPARENT.fullmatch(found) and not holds_number(found) else ""


def _unpacked(body: str) -> bytes:
    """Return what is enclosed in a request, nothing if it cannot be read; no more than a fact may hold."""
    try:
        return zlib.decompressobj().decompress(base64.b64decode(body, validate=True), MAX_BYTES + 1)
    except (ValueError, zlib.error):
        return b""


def _said(offered: Model) -> dict[str, Any]:
    """Return what upstream said, as JSON; null in an optional field says nothing, in a required one it is a value."""
    required = {info.alias or name for name, info in type(offered).model_fields.items() if info.is_required()}
    sent = offered.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return {name: value for name, value in sent.items() if value is not None or name in required}


def _refuse_nobody(fact: Fact) -> None:
    """Refuse a fact that is about neither of the things that it may be about."""
    names = fact.entity.split("|")
    if not any(getattr(fact, name) for name in names):
        sent = [pseudonyms(type(fact))[name].of if name in pseudonyms(type(fact)) else name for name in names]
        raise Refused("missing_field", f"data.{sent[0]}", f"one of {', '.join(sent)}")


def _recorded_on(time: str | None) -> date | None:
    if time is None:
        return None
    try:
        instant = datetime.fromisoformat(time.upper())
    except ValueError:
        raise Refused("bad_attribute", "time", "RFC 3339 with an offset") from None
    if instant.tzinfo is None:
        raise Refused("bad_attribute", "time", "RFC 3339 with an offset")
    return instant.date()


def _identified(normalise: Callable[[str], str], text: str, path: str) -> str:
    try:
        return normalise(text)
    except IdentityError as error:
        raise Refused(error.code, path, str(error)) from None


def _refuse(refused: Refused) -> Refuse:
    return Refuse(refused.code, refused.path, refused.hint)
