# Stops the cluster of a folder, also one whose keeper crashed, and removes the folder.
# shellcheck shell=bash

source "$tests_cluster/parts/sweep.sh"

stop_cluster() {
    [[ -f $folder/$marker ]] || return 0
    signal TERM "$folder/keeper"
    within 20 is_gone "$folder/keeper" || signal KILL "$folder/keeper"
    within 20 is_gone "$folder/sweeper" || signal KILL "$folder/sweeper"
    sweep
    remove_folder
}

remove_folder() { rm -rf --one-file-system "$folder"; }
