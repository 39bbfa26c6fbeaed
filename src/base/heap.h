// The heap of the process, of which loading a model leaves pieces behind.
#pragma once

namespace rt3d {

// Gives the system back what the heap keeps of freed memory, where it can be told to (glibc); elsewhere does nothing.
void trim_heap();

}  // namespace rt3d
