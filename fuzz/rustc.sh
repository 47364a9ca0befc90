#!/bin/sh
# Cargo calls this in rustc's place. What is ours is instrumented for libFuzzer, as cargo-fuzz does it but with the stable compiler;
# what is others' is built as always. Used with a target folder of its own, for Cargo does not know of these flags.
rustc=$1
shift
case " $* " in
*" --crate-name preau "* | *" --crate-name preau_fuzz "* | *" --crate-name redirect_uri "* | *" --crate-name forms "* | *" --crate-name signatures "* | *" --crate-name headers "*)
    exec "$rustc" "$@" --cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
        -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
        -Cllvm-args=-sanitizer-coverage-trace-compares -Clink-dead-code -Clink-arg=-Wl,-z,nostart-stop-gc
    ;;
*)
    exec "$rustc" "$@"
    ;;
esac
