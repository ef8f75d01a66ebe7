"""What the demo's units say: their Homes, notices and groups, in the language of the tree."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    """Title and text of a notice."""

    title: str
    body: str
    language: str = "en"


def _chinese(title: str, body: str) -> Said:
    return Said(title, body, "zh-hans")


@dataclass(frozen=True)
class Texts:
    """Everything that is said in one language. `{unit}` stands for the unit's name."""

    about: str
    hours: str
    call: Said
    """The notice that goes to every unit."""
    national: tuple[Said, ...]
    regional: Said
    local: Said
    drafts: tuple[Said, ...]


CHINESE = Texts(
    about="{unit}网上妇女之家（示例）。在这里可以看到通知和活动，找到求助电话，也可以联系到离您最近的工作人员。\n\n这是演示数据，人名均为虚构。",
    hours="周一至周五 8:30–12:00，14:00–17:30",
    call=_chinese(
        "关于核对基层联络员信息的通知",
        "各级：\n\n请在本周内完成三件事：\n\n1. 打开本单位页面，核对名称、地址和对外电话；\n"
        "2. 确认联络员仍在岗，如有变动请在系统中更新；\n"
        "3. 把本页的求助电话张贴在群众看得到的地方。\n\n看完后请点“确认收到”。无需另外填表，也无需回电话。",
    ),
    national=(
        _chinese(
            "“身边的妇女之家”开放日",
            "本月最后一个星期六，各地妇女之家对公众开放：法律咨询、亲子阅读、手工课堂，欢迎就近参加，不收费用。",
        ),
        _chinese(
            "家庭教育公益课春季安排",
            "每周三晚上七点，线上线下同时进行。线下地点见各地主页，线上凭主页链接进入，无需注册。",
        ),
        _chinese("防范网络诈骗提示", "不点陌生链接，不透露验证码，不向陌生账户转账。遇到可疑情况，请拨打 96110。"),
    ),
    regional=_chinese(
        "{unit}：巾帼志愿服务月开始报名",
        "现招募志愿者，陪伴独居老人、协助整理社区图书角。每次两小时，时间可选。请联系离您最近的妇女之家。",
    ),
    local=_chinese(
        "{unit}：本周六便民服务", "上午九点到十一点，在服务中心门前：量血压、磨剪刀、法律咨询。下雨顺延一周。"
    ),
    drafts=(
        _chinese(
            "关于征集“我家的好家风”故事的通知（草稿）", "拟征集家庭故事，文字、照片均可。待讨论：截止日期、如何展示。"
        ),
        _chinese("培训班名额分配（草稿）", "拟于下月举办联络员培训。待讨论：名额、线上旁听方式。"),
    ),
)
ENGLISH = Texts(
    about="The online home of {unit} (example). Find notices and activities here, numbers to call for help, and the people "
    "nearest to you.\n\nThis is demo data; all names of people are made up.",
    hours="Monday to Friday, 9 am to 5 pm",
    call=Said(
        "Please check what people find about your unit",
        "To all units,\n\nplease do three things this week:\n\n1. open your unit's page and check its name, address and phone;\n"
        "2. make sure the liaison officer is still the right one;\n3. put up the help numbers where people see them.\n\n"
        "Then press “acknowledge”. There is no form to fill in and nobody to call back.",
    ),
    national=(
        Said(
            "Open day",
            "On the last Saturday of the month our homes are open to everybody: advice, reading, crafts. Free.",
        ),
        Said(
            "Evening classes for parents",
            "Every Wednesday at seven, on site and online. See your local page for the place.",
        ),
        Said(
            "Beware of fraud",
            "Do not open links from strangers, tell nobody your codes, send no money to people you never met.",
        ),
    ),
    regional=Said(
        "{unit}: volunteers wanted", "Two hours a week with people who live alone. Ask at the home nearest to you."
    ),
    local=Said(
        "{unit}: help on Saturday", "From nine to eleven in front of the centre: advice, repairs, a cup of tea."
    ),
    drafts=(
        Said(
            "Stories from our families (draft)",
            "We want to collect stories. To discuss: until when, and where to show them.",
        ),
        Said("Places in the next course (draft)", "For liaison officers, next month. To discuss: how many places."),
    ),
)


def texts_for(*, chinese: bool) -> Texts:
    """What is said in the language of the tree; trees in other languages than Chinese speak English."""
    return CHINESE if chinese else ENGLISH


@dataclass(frozen=True)
class GroupTexts:
    """What groups are called and what they are for, in one language."""

    groups: tuple[tuple[str, str], ...]
    """Name and purpose."""
    asks: str
    platform: str
    online: str
    gathers: str


CHINESE_GROUPS = GroupTexts(
    groups=(
        ("{unit}妇女微家", "在家门口聊天、议事、互助"),
        ("{unit}读书会", "每周一起读一本书"),
        ("{unit}巾帼志愿队", "陪伴独居老人，打扫公共角落"),
        ("{unit}手工坊", "一起做手工，代销自家作品"),
        ("{unit}健步走", "每周一起健步走"),
        ("{unit}育儿互助组", "互相接送孩子，交流育儿经验"),
    ),
    asks="我住在附近，想参加。",
    platform="微信群",
    online="女手工业者联合会（网上）",
    gathers="联合各地做手工的姐妹，一起学习和销售",
)
ENGLISH_GROUPS = GroupTexts(
    groups=(
        ("{unit} open kitchen", "Talk, decide and help each other, at somebody's table"),
        ("{unit} reading circle", "One book a week, together"),
        ("{unit} volunteers", "Company for people who live alone"),
        ("{unit} crafts", "Make things together and sell them"),
        ("{unit} walkers", "A walk every week"),
        ("{unit} parents", "Take turns with the children"),
    ),
    asks="I live near by and would like to join.",
    platform="Signal",
    online="Women in crafts (online)",
    gathers="Crafts women of all places learn and sell together",
)


def group_texts_for(*, chinese: bool) -> GroupTexts:
    """What groups are called in the language of the tree."""
    return CHINESE_GROUPS if chinese else ENGLISH_GROUPS


@dataclass(frozen=True)
class VoteTexts:
    """What a vote is about and who stands, in one language."""

    decided: str
    running: str
    about: str
    families: tuple[tuple[str, str], ...]
    """Name and why."""
    aside: str


CHINESE_VOTES = VoteTexts(
    decided="寻找最美家庭",
    running="身边的最美家庭",
    about="推荐和睦、友善、乐于助人的家庭。自荐或推荐他人都可以，推荐他人须本人同意。",
    families=(
        ("李秀兰家庭", "照顾邻居独居老人八年，逢年过节从不落下。"),
        ("王建国家庭", "一家三代读书，把客厅变成楼里的图书角。"),
        ("阿依古丽家庭", "带着全村妇女做手工，一起把作品卖到外地。"),
        ("陈美玲家庭", "丈夫和孩子分担家务，支持她读完夜校。"),
        ("张玉梅家庭", "收养两个孤儿，视如己出。"),
        ("林晓家庭", "周末全家清理河道，带动了整条街。"),
    ),
    aside="同一会场几分钟内集中投票，参加者说明由工作人员代投，可本人重新投票。",
)
ENGLISH_VOTES = VoteTexts(
    decided="Families who inspire",
    running="Families next door",
    about="Families who are kind to each other and to those around them. Nominate your own or another, who has to agree.",
    families=(
        ("The Li family", "For eight years they have looked after the old man next door."),
        ("The Wang family", "Three generations read, and their living room is the library of the house."),
        ("The Ayguli family", "They taught the village their craft and sell what all of them make."),
        ("The Chen family", "All share the housework, so that she could finish evening school."),
        ("The Zhang family", "They took in two orphans as their own."),
        ("The Lin family", "They clean the river on Sundays, and now the whole street does."),
    ),
    aside="Votes were given within minutes in one hall; people say an official did it for them. Each may vote again herself.",
)


def vote_texts_for(*, chinese: bool) -> VoteTexts:
    """What votes are about in the language of the tree."""
    return CHINESE_VOTES if chinese else ENGLISH_VOTES
