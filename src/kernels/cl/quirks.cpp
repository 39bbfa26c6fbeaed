#include "kernels/cl/quirks.h"

#include <algorithm>
#include <array>

namespace rt3d::kernels::cl {
namespace {

// A width that every phone's kernels of ours fit in registers for: work-groups of more do not start on some.
constexpr std::int64_t kSafeWorkItems = 256;

bool is_phone(const Accelerator& a) {
  return a.maker == Maker::adreno || a.maker == Maker::mali || a.maker == Maker::powervr;
}
// Midgard, before Bifrost (2016).
bool is_midgard(const Accelerator& a) {
  return a.maker == Maker::mali && a.name.find("Mali-T") != std::string::npos;
}

constexpr std::array kQuirks{
    Quirk{
        "phones: memory is everybody's", is_phone, [](Accelerator& a) { a.memory_share = 2; },
        "an allocation that the phone has no memory for succeeds, and the system ends an app, or the driver "
        "fails in the middle of a run",
        "MNN issue 4782: errno 12 from Adreno's kernel driver, and Android's low-memory killer"},
    Quirk{"adreno: up to 5xx",
          [](const Accelerator& a) { return a.maker == Maker::adreno && a.model != 0 && a.model < 600; },
          [](Accelerator& a) {
            a.halves = false;
            a.not_auto = "its compiler is known for wrong results";
          },
          "multiplies matrices of halves wrongly (330, 530)", "CLBlast issues 181 and 211"},
    Quirk{"mali: midgard", is_midgard,
          [](Accelerator& a) {
            a.profiles = false;
            a.not_auto = "its driver is known to hang and to crash";
          },
          "a queue that profiles hangs (T628); clCreateProgramWithBinary crashes (T8xx), for which a mark "
          "beside the cache stands",
          "LiteRT's OpenCL profiling notes; TNN issue 878"},
    Quirk{"a CPU's cores", [](const Accelerator& a) { return a.is_cpu; },
          [](Accelerator& a) {
            a.not_auto = "it runs on the CPU's own cores, for which generated code is faster";
          },
          "code that was made for these cores is faster on them than what a driver makes, and to find that "
          "out at each first load takes long",
          "C3D by PoCL 3.1 takes twenty times as long as by this project's code (docs/opencl.md)"},
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
