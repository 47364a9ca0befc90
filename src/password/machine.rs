//! How large the machine is, as far as this process may use it.

use std::path::Path;

/// Cores that this process may use at once.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Memory that this process may use: the machine's, or that of its control group where less. `None` where the system
/// does not tell.
pub(super) fn memory_kib() -> Option<u64> {
    let machine = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| total(&text));
    let group = std::fs::read_to_string("/proc/self/cgroup").ok().and_then(|text| {
        let path = text.lines().find_map(|line| line.strip_prefix("0::/"))?.to_owned();
        let file = Path::new("/sys/fs/cgroup").join(path).join("memory.max");
        Some(std::fs::read_to_string(file).ok()?.trim().parse::<u64>().ok()? / 1_024)
    });
    machine.into_iter().chain(group).min()
}

fn total(meminfo: &str) -> Option<u64> {
    meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machines_memory_is_read_from_what_the_kernel_writes() {
        assert_eq!(total("MemTotal:       24622304 kB\nMemFree:        23000000 kB\n"), Some(24_622_304));
        assert_eq!(total("MemFree:        23000000 kB\n"), None);
        if cfg!(target_os = "linux") {
            assert!(memory_kib().unwrap() > 64 * 1_024);
        }
    }
}
