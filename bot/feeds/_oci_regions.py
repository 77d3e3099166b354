"""Oracle's regions: what people call them, and what configurations do.

https://docs.oracle.com/en-us/iaas/Content/General/Concepts/regions.htm, and for the newest the names that its status
page uses, as infrawrench's client of it lists them (October 2026).
"""

from __future__ import annotations

from collections.abc import Mapping

_IDENTIFIERS: Mapping[str, str] = {
    "Australia East (Sydney)": "ap-sydney-1",
    "Australia Southeast (Melbourne)": "ap-melbourne-1",
    "Brazil East (Rio de Janeiro)": "sa-riodejaneiro-2",
    "Brazil East (Sao Paulo)": "sa-saopaulo-1",
    "Brazil Southeast (Vinhedo)": "sa-vinhedo-1",
    "Canada Southeast (Montreal)": "ca-montreal-1",
    "Canada Southeast (Toronto)": "ca-toronto-1",
    "Chile Central (Santiago)": "sa-santiago-1",
    "Chile West (Valparaiso)": "sa-valparaiso-1",
    "Colombia Central (Bogota)": "sa-bogota-1",
    "EU Sovereign Central (Frankfurt)": "eu-frankfurt-2",
    "EU Sovereign South (Madrid)": "eu-madrid-2",
    "France Central (Paris)": "eu-paris-1",
    "France South (Marseille)": "eu-marseille-1",
    "Germany Central (Frankfurt)": "eu-frankfurt-1",
    "India South (Hyderabad)": "ap-hyderabad-1",
    "India West (Mumbai)": "ap-mumbai-1",
    "Indonesia North (Batam)": "ap-batam-1",
    "Ireland East (Dublin)": "eu-dublin-3",
    "Israel Central (Jerusalem)": "il-jerusalem-1",
    "Italy North (Turin)": "eu-turin-1",
    "Italy Northwest (Milan)": "eu-milan-1",
    "Japan Central (Osaka)": "ap-osaka-1",
    "Japan East (Tokyo)": "ap-tokyo-1",
    "Malaysia West 2 (Kulai)": "ap-kulai-2",
    "Mexico Central (Queretaro)": "mx-queretaro-1",
    "Mexico Northeast (Monterrey)": "mx-monterrey-1",
    "Morocco West (Casablanca)": "af-casablanca-1",
    "Netherlands Northwest (Amsterdam)": "eu-amsterdam-1",
    "Saudi Arabia Central (Riyadh)": "me-riyadh-1",
    "Saudi Arabia West (Jeddah)": "me-jeddah-1",
    "Serbia Central (Jovanovac)": "eu-jovanovac-1",
    "Singapore (Singapore)": "ap-singapore-1",
    "Singapore West (Singapore)": "ap-singapore-2",
    "South Africa Central (Johannesburg)": "af-johannesburg-1",
    "South Korea Central (Seoul)": "ap-seoul-1",
    "South Korea North (Chuncheon)": "ap-chuncheon-1",
    "Spain Central (Madrid 3)": "eu-madrid-3",
    "Spain Central (Madrid)": "eu-madrid-1",
    "Sweden Central (Stockholm)": "eu-stockholm-1",
    "Switzerland North (Zurich)": "eu-zurich-1",
    "UAE Central (Abu Dhabi)": "me-abudhabi-1",
    "UAE East (Dubai)": "me-dubai-1",
    "UK South (London)": "uk-london-1",
    "UK West (Newport)": "uk-cardiff-1",
    "US Central (Columbus)": "us-columbus-1",
    "US East (Ashburn)": "us-ashburn-1",
    "US Mid West (Shawnee)": "us-shawnee-1",
    "US Midwest (Chicago)": "us-chicago-1",
    "US West (Boardman)": "us-boardman-1",
    "US West (Phoenix)": "us-phoenix-1",
    "US West (San Jose)": "us-sanjose-1",
}
_BY_NAME: Mapping[str, str] = {name.casefold(): key for name, key in _IDENTIFIERS.items()}


def identifier(name: str) -> str:
    """Return what a configuration calls a region; its name where that is not known."""
    return _BY_NAME.get(name.casefold(), name)
