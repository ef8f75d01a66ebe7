"""The trees that ship with the product: what the demo loads and the tests import."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

DATA = Path(__file__).parent / "data"

ROOT_CODE = "root"
"""The code of a root that was put on top of a file's several tops. An export leaves such a root out again."""


@dataclass(frozen=True)
class Names:
    """A name in the federation's own language, and in others where it is known."""

    name: str
    name_zh_hant: str = ""
    name_en: str = ""


@dataclass(frozen=True)
class BuiltInTree:
    """A file of units, the root to put on top (none: the file has its own), and what its levels are called, top first."""

    file: Path
    language: str
    root: Names | None
    levels: list[Names] = field(default_factory=list)


TREES = {
    "cn": BuiltInTree(
        DATA / "divisions.csv.gz",
        "zh-hans",
        Names("全国", "全國", "Whole country"),
        [
            Names("全国", "全國", "Nation"),
            Names("省", "省", "Province"),
            Names("市", "市", "Prefecture"),
            Names("县", "縣", "County"),
            Names("乡镇", "鄉鎮", "Township"),
            Names("村", "村", "Village"),
        ],
    ),
    "us": BuiltInTree(
        DATA / "us.csv",
        "en",
        None,
        [Names("Nation"), Names("Region"), Names("Division"), Names("State"), Names("County")],
    ),
    "fr": BuiltInTree(
        DATA / "fr.csv.gz",
        "fr",
        None,
        [
            Names("Pays", name_en="Country"),
            Names("Région", name_en="Region"),
            Names("Département", name_en="Department"),
            Names("Arrondissement", name_en="District"),
            Names("Commune", name_en="Commune"),
        ],
    ),
}

PLACEHOLDER_NAMES = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
"""What China's register calls a city that is none: a step in the codes that stands for nobody."""
