"""Made-up names: the same number always gives the same name, and everybody who bears one is marked as synthetic."""

from __future__ import annotations

_SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙马胡朱郭何高林郑谢罗梁宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严"
)
_GIVEN = (
    "芳娜敏静秀娟英华慧巧美玉兰凤洁梅琳素云莲真环雪荣爱妹霞香月莺媛艳瑞凡佳嘉琼勤珍贞莉桂娣叶璧璐娅琦晶妍"
    "茜秋珊莎锦黛青倩婷姣婉娴瑾颖露瑶怡婵雁蓓纨仪荷丹蓉眉君琴蕊薇菁梦岚苑婕馨瑗琰韵融园艺咏卿聪澜纯"
)
_FIRST = (
    "Ada Alma Amy Anna Betty Carla Clara Cora Dana Dora Edith Ella Emma Erin Eva Flora Gina Grace Hanna "
    "Helen Ida Irene Iris Jane Joan Julia Karen Laura Lena Lily Lucy Mara Marie Mona Nina Nora Olga Paula "
    "Rita Rosa Ruth Sara Sofia Tina Vera Wilma "
)
_LAST = (
    "Adler Baker Barnes Bell Berry Blanc Bloom Boyer Brook Brown Carter Clark Cole Cook Dale Dubois Field "
    "Fisher Ford Fox Garnier Grant Green Hale Hart Hill Hunt Lake Lambert Lane Marsh Martin Meyer Mills "
    "Moore Morel North Page Parker Petit Reed Rivers Roy Shaw Simon Stone Vale Ward Weaver Wells West "
    "White Wood Young "
)
_FIRST_NAMES, _LAST_NAMES = _FIRST.split(), _LAST.split()
_SPREAD = 2_654_435_761
"""Knuth's multiplier: neighbours in number are far apart in name."""


def chinese_name(number: int) -> str:
    """A Chinese name for person `number`: one of 100 surnames and two of 100 given characters."""
    number = number * _SPREAD % 2**32
    number, surname = divmod(number, len(_SURNAMES))
    number, first = divmod(number, len(_GIVEN))
    return _SURNAMES[surname] + _GIVEN[first] + _GIVEN[number % len(_GIVEN)]


def latin_name(number: int) -> str:
    """A name in Latin letters for person `number`, with an initial to tell more of them apart."""
    number = number * _SPREAD % 2**32
    number, first = divmod(number, len(_FIRST_NAMES))
    number, last = divmod(number, len(_LAST_NAMES))
    return f"{_FIRST_NAMES[first]} {'ABCDEFGHJKLMNPRSTW'[number % 18]}. {_LAST_NAMES[last]}"
