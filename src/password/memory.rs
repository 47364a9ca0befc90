//! The memory that a hash is computed in, and the priority of the thread that computes it: all that must be asked of
//! the operating system in its own words, and so the only unsafe code of the program.
//!
//! Argon2 jumps about in megabytes. On pages of 4 KiB nearly every jump misses the processor's address cache; on pages
//! of 2 MiB ten entries cover the whole buffer. Fresh memory is slow as well, for the kernel clears it page by page
//! while the hash waits, so a buffer is kept as long as there is work.

use argon2::Block;

/// Blocks of 1 KiB, and how many of them hold something.
pub(super) struct Buffer {
    memory: Memory,
    used: usize,
}

enum Memory {
    /// A mapping of our own, on huge pages where the system has them.
    #[cfg(target_os = "linux")]
    Huge(huge::Pages),
    /// What the allocator gave.
    Plain(Vec<Block>),
}

impl Buffer {
    /// Room for so many blocks, zeroed. `None` when the machine has no memory left.
    pub(super) fn new(blocks: usize) -> Option<Self> {
        #[cfg(target_os = "linux")]
        if let Some(pages) = huge::Pages::new(blocks) {
            return Some(Self { memory: Memory::Huge(pages), used: 0 });
        }
        Self::plain(blocks)
    }

    fn plain(blocks: usize) -> Option<Self> {
        let mut plain = Vec::new();
        plain.try_reserve_exact(blocks).ok()?;
        plain.resize(blocks, Block::new());
        Some(Self { memory: Memory::Plain(plain), used: 0 })
    }

    /// How many blocks there are.
    pub(super) fn len(&mut self) -> usize {
        self.blocks().len()
    }

    /// The first `blocks` blocks, with whatever was left in them.
    pub(super) fn lend(&mut self, blocks: usize) -> &mut [Block] {
        self.used = self.used.max(blocks);
        &mut self.blocks()[..blocks]
    }

    /// Overwrites all that was lent: from what a hash leaves behind, its password could be tried far faster than from
    /// the hash.
    pub(super) fn wipe(&mut self) {
        let used = std::mem::take(&mut self.used);
        let used = &mut self.blocks()[..used];
        used.fill(Block::new());
        // The compiler must believe that somebody reads the zeros, or it may leave them out.
        std::hint::black_box(used);
    }

    fn blocks(&mut self) -> &mut [Block] {
        match &mut self.memory {
            #[cfg(target_os = "linux")]
            Memory::Huge(pages) => pages.blocks(),
            Memory::Plain(blocks) => blocks,
        }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        self.wipe();
    }
}

/// Lets everything else that the program does go before the calling thread, for the rest of its life. A hash keeps a core busy for tens of
/// milliseconds; a page or a token needs one for a fraction of a millisecond and should not stand behind it.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "the standard library has no word for a thread's priority")]
pub(super) fn step_back() {
    // SAFETY: takes a number and no memory. On Linux the priority is the calling thread's alone. It cannot fail, for
    // anybody may be nicer than they are; where the program runs at a low priority already, this ends at the lowest.
    unsafe { libc::nice(NICE) };
}

/// Elsewhere a priority is the whole process's, and stays as it is.
#[cfg(not(target_os = "linux"))]
pub(super) fn step_back() {}

/// Steps below everything else, of 19. Ten leave a hash a tenth of a core that is busy without end.
#[cfg(target_os = "linux")]
const NICE: libc::c_int = 10;

#[cfg(target_os = "linux")]
mod huge {
    use std::ptr::NonNull;

    use argon2::Block;

    /// The size of a huge page on x86-64 and, with pages of 4 KiB, on AArch64.
    const HUGE: usize = 2 << 20;

    /// A private anonymous mapping that begins and ends between huge pages.
    pub(in super::super) struct Pages {
        start: NonNull<Block>,
        blocks: usize,
        bytes: usize,
    }

    impl Pages {
        /// Maps whole huge pages for so many blocks. The kernel is asked for huge pages and may have none left: then the
        /// same memory stands on small ones.
        #[expect(unsafe_code, reason = "the allocator promises neither this alignment nor these pages")]
        pub(super) fn new(blocks: usize) -> Option<Self> {
            let bytes = blocks.checked_mul(Block::SIZE)?.checked_next_multiple_of(HUGE).filter(|bytes| *bytes > 0)?;
            // One page more than needed, so that the wanted length lies aligned somewhere within.
            let mapped = bytes.checked_add(HUGE)?;
            let (read_write, private) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
            // SAFETY: a new mapping at an address of the kernel's choice touches no memory that anybody holds.
            let base = unsafe { libc::mmap(std::ptr::null_mut(), mapped, read_write, private, -1, 0) };
            if base == libc::MAP_FAILED {
                return None;
            }
            let before = base.align_offset(HUGE);
            let after = mapped - before - bytes;
            let start = base.wrapping_byte_add(before);
            // SAFETY: `before + bytes + after` is the mapping made above; what is cut off lies outside of the part that
            // is kept, consists of whole small pages (the mapping begins on one), and nobody has seen it.
            unsafe {
                if before > 0 {
                    libc::munmap(base, before);
                }
                if after > 0 {
                    libc::munmap(start.wrapping_byte_add(bytes), after);
                }
                libc::madvise(start, bytes, libc::MADV_HUGEPAGE);
            }
            Some(Self { start: NonNull::new(start.cast())?, blocks, bytes })
        }

        /// All blocks.
        #[expect(unsafe_code, reason = "a mapping is a bare address until somebody says what lies there")]
        pub(super) fn blocks(&mut self) -> &mut [Block] {
            // SAFETY: `start` is aligned to 2 MiB, and `blocks` KiB from there are mapped, readable and writable until
            // `drop`. The kernel zeroed them, and a block, 128 integers, is valid with any bytes. Only this value knows
            // the address, and `&mut self` lends it to one borrower at a time.
            unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.blocks) }
        }
    }

    impl Drop for Pages {
        #[expect(unsafe_code, reason = "a mapping is given back in the system's own words")]
        fn drop(&mut self) {
            // SAFETY: exactly what `new` kept; no borrow of it outlives this value.
            unsafe { libc::munmap(self.start.as_ptr().cast(), self.bytes) };
        }
    }

    // SAFETY: the mapping belongs to the process, not to a thread, and this value is its only owner.
    #[expect(unsafe_code, reason = "a bare address is not Send by itself")]
    unsafe impl Send for Pages {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_begins_zeroed_and_what_was_lent_is_wiped() {
        for mut buffer in [Buffer::new(3_000).unwrap(), Buffer::plain(3_000).unwrap()] {
            assert_eq!(buffer.len(), 3_000);
            assert!(is_zero(buffer.blocks()));
            buffer.blocks().iter_mut().for_each(|block| block.as_mut().fill(7));
            for lent in [100, 2_999, 5] {
                assert_eq!(buffer.lend(lent).len(), lent);
            }
            buffer.wipe();
            assert!(is_zero(&buffer.blocks()[..2_999]));
            assert!(!is_zero(&buffer.blocks()[2_999..]), "and no more than was lent");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_buffer_is_whole_huge_pages_and_is_given_back() {
        let mut buffer = Buffer::new(3_000).unwrap();
        buffer.lend(3_000).iter_mut().for_each(|block| block.as_mut().fill(7));
        let at = buffer.blocks().as_ptr().addr();
        assert_eq!(at % (2 << 20), 0);
        let (size, flags) = mapping(at).unwrap();
        // The kernel may join it with a neighbour that is like it.
        assert!(size >= 4 * 1_024, "{size} KiB");
        assert!(flags.split(' ').any(|flag| flag == "hg"), "huge pages were asked for: {flags}");
        drop(buffer);
        assert!(mapping(at).is_none_or(|(_, flags)| !flags.contains("hg")), "it is still there");
    }

    /// Size in KiB and flags of the mapping around an address, as the kernel tells them.
    #[cfg(target_os = "linux")]
    fn mapping(at: usize) -> Option<(usize, String)> {
        let maps = std::fs::read_to_string("/proc/self/smaps").unwrap();
        let mut lines = maps.lines().skip_while(|line| {
            let range = line.split(' ').next().and_then(|range| range.split_once('-'));
            let Some((from, to)) = range else { return true };
            let hex = |text| usize::from_str_radix(text, 16).ok();
            !matches!((hex(from), hex(to)), (Some(from), Some(to)) if (from..to).contains(&at))
        });
        let size = lines.find_map(|line| line.strip_prefix("Size:"))?.trim().strip_suffix(" kB")?.parse().ok()?;
        Some((size, lines.find_map(|line| line.strip_prefix("VmFlags: "))?.to_owned()))
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_thread_that_steps_back_leaves_the_others_where_they_are() {
        let nice = || {
            let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
            // The 19th field; the second, in parentheses, may hold spaces.
            stat.rsplit_once(')').unwrap().1.split_whitespace().nth(16).unwrap().parse::<i32>().unwrap()
        };
        let ours = nice();
        let stepped_back = std::thread::spawn(move || {
            step_back();
            nice()
        });
        assert_eq!(stepped_back.join().unwrap(), (ours + NICE).min(19));
        assert_eq!(nice(), ours);
    }

    fn is_zero(blocks: &[Block]) -> bool {
        blocks.iter().all(|block| block.as_ref().iter().all(|word| *word == 0))
    }

    #[test]
    fn a_buffer_that_no_machine_has_is_refused_and_nothing_breaks() {
        assert!(Buffer::new(usize::MAX).is_none());
        assert!(Buffer::new(usize::MAX / 4_096).is_none());
    }
}
