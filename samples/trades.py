"""The trades of the sample county: what its employers make, and the jobs and skills that go with it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Trade:
    """A line of business.

    Attributes:
        name: As it stands in an employer's name.
        jobs: Occupations, also the titles of vacancies, each with the skills it asks for.
    """

    name: str
    jobs: dict[str, tuple[str, ...]]


_PACKING = {"包装工": ("手工包装",)}
_CHECKING = {"质检员": ("质量检验",)}
_SEWING = {"缝纫工": ("平车缝纫", "锁边")}

TRADES = (
    Trade("制衣", {**_SEWING, "裁剪工": ("裁剪",), **_CHECKING}),
    Trade("食品加工", {"食品加工工": ("食品加工",), **_PACKING, "仓库管理员": ("仓储管理", "叉车驾驶")}),
    Trade("水产加工", {"水产品加工工": ("水产加工",), **_PACKING, "冷库工": ("仓储管理",)}),
    Trade("蜜柚果业", {"果品分拣工": ("果品分拣",), **_PACKING, "果树管护工": ("果树管护", "农药喷施")}),
    Trade("电子装配", {"装配工": ("电子装配",), "焊接工": ("手工焊接", "电子装配"), **_CHECKING}),
    Trade("藤竹编织", {"编织工": ("藤竹编织",), "油漆工": ("油漆",)}),
    Trade("鞋业", {"制鞋工": ("制鞋",), **_SEWING, **_CHECKING}),
    Trade("茶业", {"茶叶加工工": ("茶叶加工",), "采茶工": ("茶叶采摘",), "营业员": ("销售",)}),
    Trade("食用菌", {"食用菌栽培工": ("食用菌栽培",), **_PACKING}),
    Trade("家政服务", {"家政服务员": ("保洁", "烹饪"), "护理员": ("养老护理",), "保洁员": ("保洁",)}),
    Trade("农产品电商", {"客服专员": ("电脑操作", "客户服务"), **_PACKING, "驾驶员": ("机动车驾驶",)}),
)
