"""The colours, on light ground and on dark: words stand out at 4.5 to 1 at least, signs and lines at 3 to 1.

https://www.w3.org/TR/WCAG22/#contrast-minimum and #non-text-contrast; a test counts it.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.picture.shapes import Ink

LIGHT: Mapping[Ink, str] = {
    Ink.GROUND: "#ffffff",
    Ink.INK: "#1c232d",
    Ink.SOFT: "#566070",
    Ink.GRID: "#e4e8ee",
    Ink.FRAME: "#b9c1cc",
    Ink.UNKNOWN: "#828c9a",
    Ink.USUAL: "#dfeaf8",
    Ink.LATENCY: "#1b5fb3",
    Ink.SLOWEST: "#7ea9dc",
    Ink.PASSED: "#2c8a5a",
    Ink.FAILED: "#c4302f",
    Ink.SLOW: "#b97700",
    Ink.OURS: "#0b5cc0",
    Ink.THEIRS: "#8131c9",
    Ink.DATED: "#8131c9",
    Ink.NONE: "#6f7a88",
    Ink.MINOR: "#b97700",
    Ink.MAJOR: "#d35400",
    Ink.CRITICAL: "#c4302f",
    Ink.MAINTENANCE: "#3f6fc4",
    Ink.UNSURE: "#6f7a88",
    Ink.NONE_TINT: "#eef1f4",
    Ink.MINOR_TINT: "#fdf1d3",
    Ink.MAJOR_TINT: "#fde4d0",
    Ink.CRITICAL_TINT: "#fbdcda",
    Ink.MAINTENANCE_TINT: "#e1eafb",
    Ink.UNSURE_TINT: "#eef1f4",
}
DARK: Mapping[Ink, str] = {
    Ink.GROUND: "#14181f",
    Ink.INK: "#e8ecf2",
    Ink.SOFT: "#a6b0be",
    Ink.GRID: "#29303a",
    Ink.FRAME: "#4b5564",
    Ink.UNKNOWN: "#76818f",
    Ink.USUAL: "#1d2f49",
    Ink.LATENCY: "#6fb1ff",
    Ink.SLOWEST: "#4a78b0",
    Ink.PASSED: "#43b57b",
    Ink.FAILED: "#ff6f66",
    Ink.SLOW: "#f0b233",
    Ink.OURS: "#6fb1ff",
    Ink.THEIRS: "#cf9dff",
    Ink.DATED: "#cf9dff",
    Ink.NONE: "#8d98a7",
    Ink.MINOR: "#f0b233",
    Ink.MAJOR: "#ff934d",
    Ink.CRITICAL: "#ff6f66",
    Ink.MAINTENANCE: "#7fa8f5",
    Ink.UNSURE: "#8d98a7",
    Ink.NONE_TINT: "#222932",
    Ink.MINOR_TINT: "#3a2f14",
    Ink.MAJOR_TINT: "#422a19",
    Ink.CRITICAL_TINT: "#46211f",
    Ink.MAINTENANCE_TINT: "#1e2b47",
    Ink.UNSURE_TINT: "#222932",
}
