"""Which IP addresses palate does not fetch from: everything that is not the public internet."""

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# where clouds answer their machines with secrets; 168.63.129.16 (Azure) would else count as public
METADATA_ADDRESSES = {
    ipaddress.ip_address(text)
    for text in ("169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254")
}
N_HOST_BITS = {  # IPv6 networks whose addresses lead to an IPv4 address -> how many bits lie behind it
    ipaddress.IPv6Network("::/96"): 0,  # IPv4-compatible
    ipaddress.IPv6Network("::ffff:0:0/96"): 0,  # IPv4-mapped
    ipaddress.IPv6Network("::ffff:0:0:0/96"): 0,  # IPv4-translated
    ipaddress.IPv6Network("64:ff9b::/96"): 0,  # NAT64
    ipaddress.IPv6Network("2002::/16"): 80,  # 6to4
}
RESERVED_NETWORKS = (
    ipaddress.IPv6Network("64:ff9b:1::/48"),
    ipaddress.IPv6Network("2001::/23"),
    ipaddress.IPv6Network("fec0::/10"),
)


def refusal_reason(text: str) -> str:
    """Returns what is wrong with fetching from this IP address; "" for one of the public internet.

    >>> [refusal_reason(address) for address in ("93.184.216.34", "10.0.0.1", "::ffff:127.0.0.1")]
    ['', 'a private address', 'a loopback address']
    >>> refusal_reason("169.254.169.254")
    "a cloud's metadata address"
    """
    # fe80::1%eth0 names a network card as well
    address: Address = ipaddress.ip_address(text.partition("%")[0])
    if address in METADATA_ADDRESSES:
        return "a cloud's metadata address"
    for network, bits in N_HOST_BITS.items():
        if isinstance(address, ipaddress.IPv6Address) and address in network and int(address) > 1:
            return refusal_reason(str(ipaddress.IPv4Address(int(address) >> bits & 0xFFFFFFFF)))
    if address.is_loopback:
        return "a loopback address"
    if address.is_link_local:
        return "a link-local address"
    if address.is_multicast:
        return "a multicast address"
    if address.is_unspecified:
        return "the unspecified address"
    if address.is_private:
        return "a private address"
    if (
        not address.is_global
        or address.is_reserved
        or any(address in network for network in RESERVED_NETWORKS)
    ):
        return "a reserved address"
    return ""
