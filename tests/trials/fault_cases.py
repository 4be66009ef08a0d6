"""What may go wrong around training and stored results, and the test that shows what happens then.

One line a case, by the file below `tests/` and the name of its test; `test_faults.py` asserts that
each of them is there.
"""

FAULTS = {
    "the driver is killed in mid-trial": (
        "training/test_resuming.py", "test_a_killed_run_goes_on_from_its_last_block"),
    "the driver is killed while workers train": (
        "trials/test_engine_processes.py", "test_workers_die_with_a_killed_parent"),
    "a worker is killed": (
        "trials/test_engine_processes.py",
        "test_a_killed_worker_is_named_and_the_other_does_its_work"),
    "a worker of a cluster is killed": (
        "trials/test_cluster.py", "test_a_killed_worker_of_a_cluster_changes_no_digit"),
    "a worker of a cluster cannot be reached": (
        "trials/test_cluster.py", "test_a_lost_worker_costs_what_it_had_not_sent"),
    "a rank of a trial is killed": (
        "trials/test_ranked_trials.py",
        "test_a_killed_rank_ends_the_trial_and_its_checkpoint_stays"),
    "a rank of a trial does not answer": (
        "trials/test_ranked_trials.py", "test_a_rank_that_does_not_answer_is_not_waited_for"),
    "a trial kills every worker": (
        "trials/test_cluster.py", "test_a_trial_that_loses_every_worker_is_to_blame"),
    "a machine of a cluster lacks the data": (
        "trials/test_cluster.py", "test_a_machine_that_lacks_the_data_gets_no_trials"),
    "Ray does not start in time": (
        "trials/test_ray_session.py", "test_a_start_that_fails_is_tried_again_and_said"),
    "a trial diverges": (
        "trials/test_engine.py", "test_a_trial_that_fails_does_not_stop_the_others"),
    "SIGTERM and Ctrl-C": ("trials/test_engine.py", "test_a_signal_stops_with_a_checkpoint"),
    "the time is up": (
        "trials/test_engine.py",
        "test_the_time_limit_stops_with_a_checkpoint_and_the_next_call_goes_on"),
    "two drivers on one store": ("trials/test_faults.py", "test_two_drivers_share_a_plan"),
    "the disk is full": ("trials/test_faults.py", "test_a_disk_that_is_really_full"),
    "the disk fills while an array is written": (
        "trials/test_store_safety.py", "test_a_full_disk_loses_no_array"),
    "the disk fills while a row is written": (
        "trials/test_store_safety.py", "test_a_full_disk_loses_no_row"),
    "the store is read-only": ("trials/test_faults.py", "test_a_store_that_is_read_only"),
    "the clock jumps": ("trials/test_faults.py", "test_a_clock_that_jumps_changes_nothing"),
    "a checkpoint is damaged": (
        "trials/test_faults.py", "test_the_checkpoint_before_a_damaged_one_is_used_and_said"),
    "a checkpoint is lost": ("trials/test_faults.py", "test_the_one_before_a_lost_one_is_used"),
    "all checkpoints are damaged": (
        "training/test_resuming.py",
        "test_a_truncated_checkpoint_is_one_line_that_says_what_to_do"),
    "a pack is cut short": ("trials/test_pack_damage.py", "test_a_truncated_part_is_refused"),
    "a byte of a pack is flipped": ("trials/test_pack_damage.py", "test_a_flipped_byte_is_refused"),
    "a pack names files outside a store": (
        "trials/test_pack_damage.py", "test_a_name_that_leads_elsewhere_is_refused"),
    "a pack is a bomb": (
        "trials/test_pack_file.py", "test_a_part_that_was_made_to_fill_the_memory_is_refused"),
    "a pack holds numbers that do not follow from its scores": (
        "trials/test_pack_damage.py", "test_numbers_of_another_trial_are_refused"),
    "the database is lost or empty": (
        "trials/test_collecting_safely.py", "test_with_an_empty_database_nothing_is_deleted"),
    "the database is of another program": (
        "trials/test_store_safety.py", "test_a_foreign_file_is_no_store"),
    "another process keeps the database": (
        "trials/test_store_safety.py", "test_who_waits_for_a_locked_store_is_told_so"),
    "a file system has no locks": (
        "trials/test_faults.py", "test_a_file_system_without_locks_is_refused"),
    "the memory of a GPU is exhausted": (
        "trials/test_faults.py", "test_a_lack_of_memory_names_the_parameter"),
    "a batch surely does not fit": (
        "trials/test_memory.py", "test_the_engine_refuses_before_it_trains_or_opens_the_data"),
}  # fmt: skip
