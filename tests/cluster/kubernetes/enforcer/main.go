// Command enforcer is the part of the test node that a network plugin and a storage driver are elsewhere: it holds
// NetworkPolicies by rules of the kernel, and makes volumes that cannot grow beyond their size. It also answers at the
// address of cloud metadata, so that a test can see whether a pod reaches it.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

const metadataAddress = "169.254.169.254"

func main() {
	if err := run(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func run(kubeconfig string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	config.QPS, config.Burst = 100, 200
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	if err := answerAsMetadata(); err != nil {
		return err
	}

	factory := informers.NewSharedInformerFactory(client, 0)
	policies, volumes := newPolicies(factory), newVolumes(factory, client)
	network := trigger(factory.Core().V1().Pods().Informer(), factory.Core().V1().Namespaces().Informer(),
		factory.Networking().V1().NetworkPolicies().Informer())
	storage := trigger(factory.Core().V1().PersistentVolumeClaims().Informer(), factory.Core().V1().PersistentVolumes().Informer())
	factory.Start(context.Background().Done())
	factory.WaitForCacheSync(context.Background().Done())
	go forever("volumes", storage, volumes.reconcile)
	forever("policies", network, policies.reconcile)
	return nil
}

// trigger gives a channel that holds a value when something changed since it was last read.
func trigger(watched ...cache.SharedIndexInformer) chan struct{} {
	changed := make(chan struct{}, 1)
	touch := func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	touch()
	for _, informer := range watched {
		informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
			AddFunc:    func(any) { touch() },
			UpdateFunc: func(any, any) { touch() },
			DeleteFunc: func(any) { touch() },
		})
	}
	return changed
}

// forever brings the kernel in line after each change, and looks again now and then.
func forever(name string, changed chan struct{}, reconcile func() error) {
	again := 10 * time.Second
	for {
		select {
		case <-changed:
		case <-time.After(again):
		}
		again = 10 * time.Second
		if err := reconcile(); err != nil {
			log.Printf("%s: %v", name, err)
			again = time.Second
		}
		// Changes come in groups.
		time.Sleep(50 * time.Millisecond)
	}
}

func answerAsMetadata() error {
	if err := command("", "ip", "addr", "replace", metadataAddress+"/32", "dev", "lo"); err != nil {
		return err
	}
	answer := func(to http.ResponseWriter, _ *http.Request) { fmt.Fprintln(to, "metadata of the test node") }
	go func() { log.Fatal(http.ListenAndServe(metadataAddress+":80", http.HandlerFunc(answer))) }()
	return nil
}

func command(input, name string, arguments ...string) error {
	process := exec.Command(name, arguments...)
	process.Stdin = strings.NewReader(input)
	if output, err := process.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(arguments, " "), err, output)
	}
	return nil
}
