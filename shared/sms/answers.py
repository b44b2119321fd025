"""What a reply by SMS means. Only whole messages count: `不接受` holds `接受`, and `T恤厂` is no refusal.

Pure. The words of stop follow the two usual ways to opt out (回T退订, 拒收请回复R); the law asks for an easy one
(通信短信息服务管理规定, MIIT order 31 of 2015; 个人信息保护法 art. 24).
"""

import unicodedata
from typing import Final, Literal

Meaning = Literal["accept", "decline", "stop", "start", "unclear"]

_WORDS: Final[dict[Meaning, str]] = {
    "accept": "y yes ok 1 是 是的 好 好的 行 可以 同意 接受 愿意 我愿意 我同意 我接受 要 要去 回复y 回y",
    "decline": "n no 0 2 否 不 不是 不好 不行 不可以 不同意 不接受 不愿意 不要 不去 不用 不用了 不需要 拒绝 回复n 回n",
    "stop": "t td r tui stop unsubscribe 退订 取消订阅 拒收 停止 不要再发 不要再发了 别再发了 回复t 回t 回td 回t退订",
    "start": "start 恢复 恢复订阅 重新订阅 恢复接收",
}
_MEANINGS: Final[dict[str, Meaning]] = {word: meaning for meaning, words in _WORDS.items() for word in words.split()}


def meaning(text: str) -> Meaning:
    """Return what a reply means: full width, case, blanks and marks around it do not matter; a question is unclear."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    seen = "".join(character for character in folded if not _is_invisible(character))
    first = next((place for place, character in enumerate(seen) if not _is_mark(character)), len(seen))
    last = next((place for place in range(len(seen), first, -1) if not _is_mark(seen[place - 1])), first)
    return _MEANINGS.get(seen[first:last], "unclear")


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character)[0] in "ZC"


def _is_mark(character: str) -> bool:
    # "可以?" is no promise and "-1" no yes, so these two count. Marks inside a reply count too: "不,要" is not "不要".
    return character not in "?-" and (unicodedata.category(character)[0] == "P" or character == "~")
