package main

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// Everything that is forwarded to or from a pod passes here before any rule of kube-proxy, which lets through what it
// has marked; in `mangle` the destination is the pod already, and the source still the original one.
const (
	table = "mangle"
	entry = "SUBLET-POLICIES"
)

// rules is what was written to the kernel last.
type rules struct {
	written string
	chains  []string
}

// apply replaces all rules in one step. An answer to what was let through passes; so does what the node itself sends,
// which is not forwarded.
func (r *rules) apply(in, out []isolated) error {
	lines := []string{fmt.Sprintf("-A %s -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN", entry)}
	var chains []string
	add := func(prefix, own, other string, pods []isolated) {
		for _, pod := range pods {
			chain := "SUBLET-" + prefix + "-" + pod.address
			chains = append(chains, chain)
			lines = append(lines, fmt.Sprintf("-A %s %s %s/32 -j %s", entry, own, pod.address, chain))
			for _, allowed := range pod.allowed {
				lines = append(lines, fmt.Sprintf("-A %s%s -j RETURN", chain, allowed.match(other)))
			}
			lines = append(lines, fmt.Sprintf("-A %s -j DROP", chain))
		}
	}
	add("OUT", "-s", "-d", out)
	add("IN", "-d", "-s", in)

	var text strings.Builder
	fmt.Fprintf(&text, "*%s\n:%s - [0:0]\n", table, entry)
	gone := slices.DeleteFunc(slices.Clone(r.chains), func(chain string) bool { return slices.Contains(chains, chain) })
	for _, chain := range slices.Concat(chains, gone) {
		fmt.Fprintf(&text, ":%s - [0:0]\n", chain)
	}
	fmt.Fprintln(&text, strings.Join(lines, "\n"))
	for _, chain := range gone {
		fmt.Fprintf(&text, "-X %s\n", chain)
	}
	fmt.Fprintln(&text, "COMMIT")
	if text.String() == r.written {
		return nil
	}
	if err := command(text.String(), "iptables-restore", "--noflush", "--wait"); err != nil {
		return err
	}
	if err := enter(); err != nil {
		return err
	}
	r.written, r.chains = text.String(), chains
	return nil
}

// enter sends packets through the rules: those between pods and elsewhere, and those from pods to the node.
func enter() error {
	for _, hook := range []string{"FORWARD", "INPUT"} {
		if command("", "iptables", "--wait", "-t", table, "-C", hook, "-j", entry) == nil {
			continue
		}
		if err := command("", "iptables", "--wait", "-t", table, "-I", hook, "-j", entry); err != nil {
			return err
		}
	}
	return nil
}

func (a allowance) match(direction string) string {
	text := ""
	if a.peer != "" {
		text += " " + direction + " " + a.peer
	}
	if a.protocol != "" {
		text += " -p " + a.protocol
	}
	if a.ports != "" {
		text += " --dport " + a.ports
	}
	return text
}

// without gives the networks that together are `whole` less the exceptions. Only IPv4 is known here.
func without(whole string, exceptions []string) ([]string, error) {
	first, err := netip.ParsePrefix(whole)
	if err != nil || !first.Addr().Is4() {
		return nil, err
	}
	left := []netip.Prefix{first.Masked()}
	for _, text := range exceptions {
		exception, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, err
		}
		var next []netip.Prefix
		for _, network := range left {
			next = append(next, less(network, exception)...)
		}
		left = next
	}
	texts := make([]string, len(left))
	for i, network := range left {
		texts[i] = network.String()
	}
	return texts, nil
}

func less(network, exception netip.Prefix) []netip.Prefix {
	if !network.Overlaps(exception) {
		return []netip.Prefix{network}
	}
	if exception.Bits() <= network.Bits() {
		return nil
	}
	lower := netip.PrefixFrom(network.Addr(), network.Bits()+1)
	bytes := network.Addr().As4()
	bytes[network.Bits()/8] |= 0x80 >> (network.Bits() % 8)
	upper := netip.PrefixFrom(netip.AddrFrom4(bytes), network.Bits()+1)
	return append(less(lower, exception), less(upper, exception)...)
}
