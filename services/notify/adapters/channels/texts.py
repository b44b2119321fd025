"""What letters say: counts by kind and a link; by e-mail also ids. Never a name, a number or a status. Pure."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.notify.adapters.channels.port import Delivery, Matter
from services.notify.adapters.web.words import load_words
from services.notify.domain.rules import Language
from shared.sms.words import sensitive_word, without_status

SMS_KINDS: Final = 2
EMAIL_IDS_MAX: Final = 50

_OTHER: Final[dict[Language, str]] = {"zh": "其他事项", "en": "other"}

Label = Callable[[Language, str], str]


def label(lang: Language, kind: str) -> str:
    """Return what a kind is called in a few words, as in the console; nothing there tells of a status here."""
    words, key = load_words(), f"kind.{kind}"
    text = without_status(words.say(lang, key)) if words.known(key) else ""
    return text if text and not sensitive_word(text) else _OTHER[lang]


@dataclass(frozen=True)
class Texts:
    """Writes letters.

    Args:
        console_url: Where the console is, as officers reach it; None: letters have no link.
    """

    console_url: str | None
    label: Label = label

    @property
    def link(self) -> str:
        """Return where the inbox is; empty if nobody said where the console is."""
        return f"{self.console_url.rstrip('/')}/" if self.console_url else ""

    def short(self, delivery: Delivery) -> str:
        """Return the text of a short message, without its signature."""
        zh, counts = delivery.lang == "zh", by_kind(delivery.matters)
        if not counts:
            return f"通道测试，无需处理。{self.link}" if zh else f"A trial; nothing to do. {self.link}".strip()
        shown = [self._counted(kind, count, delivery.lang) for kind, count in list(counts.items())[:SMS_KINDS]]
        more = len(counts) > SMS_KINDS
        total = len(delivery.matters)
        if zh:
            what = "今日提醒汇总" if delivery.digest else "您有新的待办提醒"
            return f"{what}{total}项：{'、'.join(shown)}{'等' if more else ''}。{self._log_in('zh')}"
        what = "Digest" if delivery.digest else "New alerts"
        return f"{what}: {total} ({', '.join(shown)}{', ...' if more else ''}). {self._log_in('en')}"

    def subject(self, delivery: Delivery) -> str:
        """Return the subject of an e-mail."""
        total, act = len(delivery.matters), urgent(delivery.matters)
        if delivery.lang == "zh":
            return f"帮扶{'每日汇总' if delivery.digest else '提醒'}：{total}项，其中{act}项需要办理"
        return f"Bangfu {'digest' if delivery.digest else 'alerts'}: {total}, {act} of them to act on"

    def full(self, delivery: Delivery) -> str:
        """Return the body of an e-mail: kinds, counts, ids of alerts."""
        zh, lines = delivery.lang == "zh", [self.subject(delivery), ""]
        for kind, count in by_kind(delivery.matters).items():
            ids = [matter.alert_id for matter in delivery.matters if matter.kind == kind]
            lines.append(self._counted(kind, count, delivery.lang))
            lines += [f"  {alert_id}" for alert_id in ids[:EMAIL_IDS_MAX]]
            if count > EMAIL_IDS_MAX:
                lines.append(f"  …（{count - EMAIL_IDS_MAX}）")
        lines += ["", self._log_in(delivery.lang), ""]
        lines.append("本邮件由系统自动发送，请勿回复。" if zh else "Sent automatically; nobody reads replies.")
        return "\n".join(lines) + "\n"

    def group(self, delivery: Delivery, bytes_max: int) -> str:
        """Return what a robot says in a group, of at most so many bytes of UTF-8: whole lines of counts.

        帮扶 is in each of them, so that a robot may be set to take nothing else.
        """
        zh = delivery.lang == "zh"
        if not delivery.matters:
            return f"{'【帮扶】' if zh else '[帮扶 Bangfu] '}{self.short(delivery)}"
        total, act = len(delivery.matters), urgent(delivery.matters)
        what = (
            ("今日提醒汇总" if delivery.digest else "新提醒") if zh else ("Digest" if delivery.digest else "New alerts")
        )
        head = (
            f"【帮扶】{what}{total}项，其中{act}项需要办理" if zh else f"[帮扶 Bangfu] {what}: {total}, {act} to act on"
        )
        lines, foot = [head], self._log_in(delivery.lang)
        for kind, count in by_kind(delivery.matters).items():
            more = [*lines, self._counted(kind, count, delivery.lang)]
            if len("\n".join([*more, foot]).encode()) > bytes_max:
                break
            lines = more
        return "\n".join([*lines, foot])

    def _log_in(self, lang: Language) -> str:
        return f"{'请登录查看' if lang == 'zh' else 'Log in to see them:'} {self.link}".strip(" :")

    def _counted(self, kind: str, count: int, lang: Language) -> str:
        named = self.label(lang, kind)
        return f"{named}{count}项" if lang == "zh" else f"{named}: {count}"


def by_kind(matters: Sequence[Matter]) -> Mapping[str, int]:
    """Return how many of each kind, what needs action first, then the most, then by name."""
    counts = Counter(matter.kind for matter in matters)
    pressing = {matter.kind for matter in matters if matter.urgency == "act"}
    order = sorted(counts, key=lambda kind: (kind not in pressing, -counts[kind], kind))
    return {kind: counts[kind] for kind in order}


def urgent(matters: Sequence[Matter]) -> int:
    """Return how many need action."""
    return sum(matter.urgency == "act" for matter in matters)
