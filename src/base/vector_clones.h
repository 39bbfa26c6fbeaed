// Loops of our own C++ that are worth the CPU's wide vectors: the compiler makes several copies of the function, and the loader takes the
// one for this CPU. So results differ in last bits between CPUs (and not between runs on one).
#pragma once

// GCC alone, which knows the loop's reductions that Clang would need more flags for; not under sanitizers, which are not ready when the
// loader asks.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define RT3D_VECTOR_CLONES __attribute__((target_clones("default", "arch=haswell", "arch=skylake-avx512")))
#else
#define RT3D_VECTOR_CLONES
#endif
