"""Made-up names: common family names of southern Fujian with common given names, drawn by chance."""

import random

_FAMILIES = "陈林黄张吴李王郑蔡许方汤沈朱曾江罗卢何游"
_MEN = "建志国文明伟东海成永福金水木土荣辉强勇军平"
_WOMEN = "丽美秀玉淑惠英梅芳兰月珠霞燕萍娟云桂香琴"
_ANY = "清春华瑞和安宝生良源"


def family_name(luck: random.Random) -> str:
    """Return a family name of one character."""
    return luck.choice(_FAMILIES)


def given_name(luck: random.Random, *, male: bool) -> str:
    """Return a given name of two characters."""
    return luck.choice(_MEN if male else _WOMEN) + luck.choice(_ANY + (_MEN if male else _WOMEN))
