#include "kernels/cl/quirks.h"

#include <algorithm>
#include <array>

namespace rt3d::kernels::cl {
namespace {

// A width that every phone's kernels of ours fit in registers for: work-groups of more do not start on some.
constexpr std::int64_t kSafeWorkItems = 256;

constexpr std::array kQuirks{
    Quirk{"mali: images of buffers hold little", [](const Accelerator& a) { return a.maker == Maker::mali; },
          [](Accelerator& a) { a.image_buffer_texels = 0; },
          "an image over a buffer holds 65,536 texels, and texels of four halves are read at half the rate: "
          "buffers serve",
          "Arm GPU datasheet; LiteRT's CanUseSubBufferForImage2d refuses such images on Midgard and Bifrost"},
    Quirk{
        "work-groups",
        [](const Accelerator& a) { return a.maker == Maker::adreno || a.maker == Maker::mali; },
        [](Accelerator& a) { a.most_work_items = std::min(a.most_work_items, kSafeWorkItems); },
        "the device's limit is not the kernel's: what needs many registers starts with fewer work-items only",
        "CL_KERNEL_WORK_GROUP_SIZE in the OpenCL specification; larger groups gained nothing in CLBlast's "
        "database"},
    Quirk{"powervr: halves unnamed", [](const Accelerator& a) { return a.maker == Maker::powervr; },
          [](Accelerator& a) { a.halves = false; },
          "computes with halves without naming cl_khr_fp16, and not all versions compile it",
          "LiteRT's device descriptions"},
};

}  // namespace

std::span<const Quirk> quirks() { return kQuirks; }

void apply_quirks(Accelerator& accelerator) {
  for (const Quirk& quirk : kQuirks)
    if (quirk.applies(accelerator)) quirk.mend(accelerator);
}

}  // namespace rt3d::kernels::cl
