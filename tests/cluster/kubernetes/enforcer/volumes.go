package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	core "k8s.io/api/core/v1"
	failures "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	listers "k8s.io/client-go/listers/core/v1"
)

const (
	provisioner   = "sublet.dev/test-volumes"
	provisionedBy = "pv.kubernetes.io/provisioned-by"
	wantedFrom    = "volume.kubernetes.io/storage-provisioner"
	volumesFolder = "/var/lib/test-volumes"
	smallest      = 4 << 20
)

// volumes makes a file system in a file for each claim of our class, so that a volume holds what was asked for and no
// more, and deletes it with the claim.
type volumes struct {
	client  kubernetes.Interface
	claims  listers.PersistentVolumeClaimLister
	volumes listers.PersistentVolumeLister
}

func newVolumes(factory informers.SharedInformerFactory, client kubernetes.Interface) *volumes {
	return &volumes{client, factory.Core().V1().PersistentVolumeClaims().Lister(), factory.Core().V1().PersistentVolumes().Lister()}
}

func (v *volumes) reconcile() error {
	claims, err := v.claims.List(labels.Everything())
	if err != nil {
		return err
	}
	made, err := v.volumes.List(labels.Everything())
	if err != nil {
		return err
	}
	var all error
	for _, claim := range claims {
		if claim.Annotations[wantedFrom] == provisioner && claim.Spec.VolumeName == "" && claim.DeletionTimestamp == nil {
			all = errors.Join(all, v.provide(claim))
		}
	}
	for _, volume := range made {
		if volume.Annotations[provisionedBy] == provisioner && volume.Status.Phase == core.VolumeReleased &&
			volume.Spec.PersistentVolumeReclaimPolicy == core.PersistentVolumeReclaimDelete {
			all = errors.Join(all, v.remove(volume.Name))
		}
	}
	return all
}

func (v *volumes) provide(claim *core.PersistentVolumeClaim) error {
	name := "pvc-" + string(claim.UID)
	if _, err := v.volumes.Get(name); err == nil {
		return nil
	}
	size := claim.Spec.Resources.Requests[core.ResourceStorage]
	path, err := makeFileSystem(name, max(size.Value(), smallest))
	if err != nil {
		return err
	}
	reference := &core.ObjectReference{Kind: "PersistentVolumeClaim", APIVersion: "v1", Namespace: claim.Namespace,
		Name: claim.Name, UID: claim.UID, ResourceVersion: claim.ResourceVersion}
	onNode := core.NodeSelectorRequirement{Key: core.LabelHostname, Operator: core.NodeSelectorOpIn, Values: []string{"node"}}
	volume := &core.PersistentVolume{
		ObjectMeta: meta.ObjectMeta{Name: name, Annotations: map[string]string{provisionedBy: provisioner}},
		Spec: core.PersistentVolumeSpec{
			Capacity:                      core.ResourceList{core.ResourceStorage: size},
			AccessModes:                   claim.Spec.AccessModes,
			PersistentVolumeReclaimPolicy: core.PersistentVolumeReclaimDelete,
			StorageClassName:              *claim.Spec.StorageClassName,
			ClaimRef:                      reference,
			PersistentVolumeSource:        core.PersistentVolumeSource{Local: &core.LocalVolumeSource{Path: path}},
			NodeAffinity: &core.VolumeNodeAffinity{Required: &core.NodeSelector{NodeSelectorTerms: []core.NodeSelectorTerm{
				{MatchExpressions: []core.NodeSelectorRequirement{onNode}}}}},
		},
	}
	_, err = v.client.CoreV1().PersistentVolumes().Create(context.Background(), volume, meta.CreateOptions{})
	if failures.IsAlreadyExists(err) {
		return nil
	}
	return err
}

// makeFileSystem gives the folder that the volume is mounted at.
func makeFileSystem(name string, size int64) (string, error) {
	path := filepath.Join(volumesFolder, name)
	file := path + ".img"
	if err := os.MkdirAll(path, 0o755); err != nil {
		return "", err
	}
	if command("", "mountpoint", "--quiet", path) == nil {
		return path, nil
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		return "", err
	}
	if err := os.Truncate(file, size); err != nil {
		return "", err
	}
	if err := command("", "mkfs.ext4", "-q", "-m", "0", file); err != nil {
		return "", err
	}
	if err := command("", "mount", "--no-mtab", "-o", "loop", file, path); err != nil {
		return "", err
	}
	return path, os.Remove(filepath.Join(path, "lost+found"))
}

func (v *volumes) remove(name string) error {
	path := filepath.Join(volumesFolder, name)
	if command("", "mountpoint", "--quiet", path) == nil {
		if err := command("", "umount", "--no-mtab", path); err != nil {
			return err
		}
	}
	for _, gone := range []string{path, path + ".img"} {
		if err := os.Remove(gone); err != nil && !os.IsNotExist(err) {
			return fmt.Errorf("volume %s: %w", name, err)
		}
	}
	err := v.client.CoreV1().PersistentVolumes().Delete(context.Background(), name, meta.DeleteOptions{})
	if failures.IsNotFound(err) {
		return nil
	}
	return err
}
