package main

import (
	"fmt"
	"slices"
	"strings"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/informers"
	corelisters "k8s.io/client-go/listers/core/v1"
	networkinglisters "k8s.io/client-go/listers/networking/v1"
)

type policies struct {
	pods       corelisters.PodLister
	namespaces corelisters.NamespaceLister
	policies   networkinglisters.NetworkPolicyLister
	rules      rules
}

func newPolicies(factory informers.SharedInformerFactory) *policies {
	return &policies{
		pods:       factory.Core().V1().Pods().Lister(),
		namespaces: factory.Core().V1().Namespaces().Lister(),
		policies:   factory.Networking().V1().NetworkPolicies().Lister(),
	}
}

// world is what the rules are made of, as it was at one moment.
type world struct {
	pods       []*core.Pod
	namespaces map[string]labels.Set
	policies   []*networking.NetworkPolicy
}

// allowance is something that a policy lets through: where the other end is, and to which port.
type allowance struct {
	peer     string // a network, or "" for everywhere
	protocol string // or "" for all
	ports    string // as iptables takes them, or "" for all
}

// isolated is a pod that policies apply to, in one direction.
type isolated struct {
	address string
	allowed []allowance
}

func (p *policies) reconcile() error {
	now, err := p.look()
	if err != nil {
		return err
	}
	var in, out []isolated
	for _, pod := range now.pods {
		if rules, applies, err := now.allowances(pod, networking.PolicyTypeIngress); err != nil {
			return err
		} else if applies {
			in = append(in, isolated{pod.Status.PodIP, rules})
		}
		if rules, applies, err := now.allowances(pod, networking.PolicyTypeEgress); err != nil {
			return err
		} else if applies {
			out = append(out, isolated{pod.Status.PodIP, rules})
		}
	}
	return p.rules.apply(in, out)
}

func (p *policies) look() (*world, error) {
	pods, err := p.pods.List(labels.Everything())
	if err != nil {
		return nil, err
	}
	namespaces, err := p.namespaces.List(labels.Everything())
	if err != nil {
		return nil, err
	}
	all, err := p.policies.List(labels.Everything())
	if err != nil {
		return nil, err
	}
	// Pods in the node's own network have its address, and no policy reaches them.
	pods = slices.DeleteFunc(slices.Clone(pods), func(pod *core.Pod) bool {
		return pod.Spec.HostNetwork || pod.Status.PodIP == "" || pod.Status.Phase == core.PodSucceeded || pod.Status.Phase == core.PodFailed
	})
	slices.SortFunc(pods, func(a, b *core.Pod) int { return strings.Compare(a.Status.PodIP, b.Status.PodIP) })
	slices.SortFunc(all, func(a, b *networking.NetworkPolicy) int { return strings.Compare(string(a.UID), string(b.UID)) })
	now := &world{pods: pods, namespaces: map[string]labels.Set{}, policies: all}
	for _, namespace := range namespaces {
		now.namespaces[namespace.Name] = namespace.Labels
	}
	return now, nil
}

// allowances tells what may pass in one direction, and whether any policy restricts it at all.
func (w *world) allowances(pod *core.Pod, direction networking.PolicyType) (allowed []allowance, applies bool, err error) {
	for _, policy := range w.policies {
		if policy.Namespace != pod.Namespace || !slices.Contains(policy.Spec.PolicyTypes, direction) {
			continue
		}
		matches, err := chosen(&policy.Spec.PodSelector, pod.Labels)
		if err != nil {
			return nil, false, err
		}
		if !matches {
			continue
		}
		applies = true
		if direction == networking.PolicyTypeIngress {
			for _, rule := range policy.Spec.Ingress {
				more, err := w.rule(policy.Namespace, rule.From, rule.Ports, pod)
				if err != nil {
					return nil, false, err
				}
				allowed = append(allowed, more...)
			}
		} else {
			for _, rule := range policy.Spec.Egress {
				more, err := w.rule(policy.Namespace, rule.To, rule.Ports, nil)
				if err != nil {
					return nil, false, err
				}
				allowed = append(allowed, more...)
			}
		}
	}
	return allowed, applies, nil
}

// rule spells out one rule of a policy. The ports are those of `target`, or of each peer when that is nil.
func (w *world) rule(namespace string, peers []networking.NetworkPolicyPeer, ports []networking.NetworkPolicyPort, target *core.Pod) ([]allowance, error) {
	if len(peers) == 0 {
		return withPorts("", ports, target), nil
	}
	var allowed []allowance
	for _, peer := range peers {
		if peer.IPBlock != nil {
			networks, err := without(peer.IPBlock.CIDR, peer.IPBlock.Except)
			if err != nil {
				return nil, err
			}
			for _, network := range networks {
				allowed = append(allowed, withPorts(network, ports, target)...)
			}
			continue
		}
		for _, pod := range w.pods {
			matches, err := w.isPeer(namespace, &peer, pod)
			if err != nil {
				return nil, err
			}
			if owner := target; matches {
				if owner == nil {
					owner = pod
				}
				allowed = append(allowed, withPorts(pod.Status.PodIP+"/32", ports, owner)...)
			}
		}
	}
	return allowed, nil
}

func (w *world) isPeer(namespace string, peer *networking.NetworkPolicyPeer, pod *core.Pod) (bool, error) {
	if peer.NamespaceSelector == nil {
		if pod.Namespace != namespace {
			return false, nil
		}
	} else if matches, err := chosen(peer.NamespaceSelector, w.namespaces[pod.Namespace]); err != nil || !matches {
		return false, err
	}
	if peer.PodSelector == nil {
		return true, nil
	}
	return chosen(peer.PodSelector, pod.Labels)
}

func chosen(selector *meta.LabelSelector, set map[string]string) (bool, error) {
	compiled, err := meta.LabelSelectorAsSelector(selector)
	return err == nil && compiled.Matches(labels.Set(set)), err
}

func withPorts(peer string, ports []networking.NetworkPolicyPort, owner *core.Pod) []allowance {
	if len(ports) == 0 {
		return []allowance{{peer: peer}}
	}
	var allowed []allowance
	for _, port := range ports {
		protocol := core.ProtocolTCP
		if port.Protocol != nil {
			protocol = *port.Protocol
		}
		one := allowance{peer: peer, protocol: strings.ToLower(string(protocol))}
		switch {
		case port.Port == nil:
		case port.Port.Type == intstr.String:
			number, found := namedPort(owner, port.Port.StrVal, protocol)
			if !found {
				continue
			}
			one.ports = fmt.Sprint(number)
		case port.EndPort != nil:
			one.ports = fmt.Sprintf("%d:%d", port.Port.IntVal, *port.EndPort)
		default:
			one.ports = fmt.Sprint(port.Port.IntVal)
		}
		allowed = append(allowed, one)
	}
	return allowed
}

func namedPort(pod *core.Pod, name string, protocol core.Protocol) (int32, bool) {
	if pod == nil {
		return 0, false
	}
	for _, container := range pod.Spec.Containers {
		for _, port := range container.Ports {
			if port.Name == name && port.Protocol == protocol {
				return port.ContainerPort, true
			}
		}
	}
	return 0, false
}
