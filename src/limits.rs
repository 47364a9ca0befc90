//! How often somebody may try (security.md 2.5): counters in the store, on our clock, shared by all nodes. A try is
//! taken by one conditional write *before* its answer is judged, so that a hundred at once are a hundred.
