"""Which addresses typed by a user may be contacted (OWASP ASVS 5.0, 1.3.6; RELIABILITY.md, 71-80).

Python's `is_global` alone lets multicast, NAT64 and 6to4 through, behind which a private address may stand.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from .errors import Untrusted

# Addresses that carry another one inside: NAT64 (RFC 6052, 8215), 6to4 (RFC 3056), Teredo (RFC 4380), IPv4-mapped and
# -compatible (RFC 4291); and site-local, which is private but deprecated (RFC 3879).
_TUNNELS = [
    ipaddress.ip_network(network)
    for network in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::ffff:0:0/96", "::/96", "fec0::/10")
]


class Guard:
    """allowed_hosts: names or addresses an administrator vouches for (`meetings_scheduler.allowed_private_hosts`);
    these may be private, use any port, and plain http."""

    def __init__(self, allowed_hosts: Iterable[str] = ()):
        self._allowed = {host.strip().lower().strip("[]") for host in allowed_hosts} - {""}

    def allows(self, host: str) -> bool:
        return host.lower() in self._allowed

    def check_url(self, url: str | SplitResult) -> None:
        """Raises Untrusted: no https, a password in it, a port of another service. Looks nothing up."""
        try:
            parts = urlsplit(url) if isinstance(url, str) else url
            host, port = parts.hostname, parts.port
        except ValueError:
            raise Untrusted("This is not a web address.", "url") from None
        if not host:
            raise Untrusted("The address names no server.", "url")
        if parts.username is not None or parts.password is not None:
            raise Untrusted("The address must not contain a user name or password.", "credentials")
        if parts.scheme not in ("https", "http"):
            raise Untrusted("The address must begin with https://.", "scheme")
        if self.allows(host):
            return
        if parts.scheme != "https":
            raise Untrusted("The address must begin with https://: a password would travel in the open.", "scheme")
        if port is not None and port != 443 and port < 1024:
            raise Untrusted(f"Port {port} belongs to another service.", "port")

    def check_addresses(self, host: str, addresses: Iterable[str]) -> None:
        """Raises Untrusted if any of them is not public: which one is used in the end is not ours to choose."""
        if self.allows(host):
            return
        if any(not is_public(address) for address in addresses):
            raise Untrusted(f"{host} leads to a private network. An administrator can allow it.", "private_address")


def is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if not ip.is_global or ip.is_multicast or ip.is_reserved or ip.is_unspecified:
        return False
    return ip.version == 4 or not any(ip in network for network in _TUNNELS)
