// Accelerators as drivers describe them: who made them, by which names tuned results are known, and what cannot be relied on.
#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "base/accelerator.h"
#include "base/error.h"
#include "kernels/cl/quirks.h"

TEST_SUITE_BEGIN("cl");

namespace rt3d::tests {
namespace {

struct Named {
  const char *name, *vendor, *version;
  bool is_cpu;
  Maker maker;
  int model;
};
const std::vector<Named> kDevices = {
    {"QUALCOMM Adreno(TM)", "QUALCOMM", "OpenCL 2.0 Adreno(TM) 650", false, Maker::adreno, 650},
    {"QUALCOMM Adreno(TM) 740", "QUALCOMM", "OpenCL 3.0 QUALCOMM build: commit #abcdef1234", false,
     Maker::adreno, 740},
    {"FD650", "freedreno", "OpenCL 3.0", false, Maker::adreno, 650},
    {"FD740", "freedreno", "OpenCL 3.0", false, Maker::adreno, 740},
    {"Mali-G57 MC2", "ARM", "OpenCL 3.0 v1.r32p1", false, Maker::mali, 57},
    {"Mali-G610 MC4", "ARM", "OpenCL 3.0 v1.g6p0", false, Maker::mali, 610},
    {"Mali-G76", "ARM", "OpenCL 2.0 v1.r26p0", false, Maker::mali, 76},
    {"Immortalis-G715 MC11", "ARM", "OpenCL 3.0", false, Maker::mali, 715},
    {"Mali-T880", "ARM", "OpenCL 1.2", false, Maker::mali, 880},
    {"PowerVR Rogue GE8320", "Imagination Technologies", "OpenCL 1.2", false, Maker::powervr, 0},
    {"PowerVR B-Series BXM-8-256", "Imagination Technologies", "OpenCL 3.0", false, Maker::powervr, 0},
    {"Intel(R) UHD Graphics 620", "Intel(R) Corporation", "OpenCL 3.0 NEO", false, Maker::intel, 0},
    {"NVIDIA H200", "NVIDIA Corporation", "OpenCL 3.0 CUDA", false, Maker::nvidia, 0},
    {"gfx1100", "Advanced Micro Devices, Inc.", "OpenCL 2.1", false, Maker::amd, 0},
    {"AMD Radeon RX 6600 (navi23)", "AMD", "OpenCL 3.0", false, Maker::amd, 0},
    {"pthread-skylake-avx512-AMD EPYC", "AuthenticAMD", "OpenCL 3.0 PoCL", true, Maker::other, 0},
    {"Intel(R) Xeon(R) Platinum", "Intel(R) Corporation", "OpenCL 3.0", true, Maker::other, 0},
    {"llvmpipe (LLVM 15)", "Mesa", "OpenCL 3.0", false, Maker::other, 0},
    {"QUALCOMM Adreno(TM)", "QUALCOMM", "OpenCL 2.0 Adreno(TM) 530", false, Maker::adreno, 530},
    {"Somalia-GPU", "Nobody", "OpenCL 1.2", false, Maker::other, 0},
    {"", "", "", false, Maker::other, 0},
};

// As drivers describe the best of them.
Accelerator described(const Named& named) {
  Accelerator a;
  a.platform = "a platform";
  a.name = named.name;
  a.vendor = named.vendor;
  a.version = named.version;
  a.driver = "1.2.3";
  a.extensions = "cl_khr_fp16 cl_khr_subgroups";
  a.is_cpu = named.is_cpu;
  a.compute_units = 4;
  a.most_work_items = 1024;
  a.memory_bytes = std::int64_t{4} << 30;
  a.most_bytes = std::int64_t{1} << 30;
  a.local_bytes = 32 << 10;
  a.image_buffer_texels = 1 << 27;
  a.halves = true;
  recognise(a);
  return a;
}

// What a quirk may change.
std::string relied_on(const Accelerator& a) {
  return cat(a.most_work_items, " ", a.memory_bytes, " ", a.most_bytes, " ", a.local_bytes, " ",
             a.image_buffer_texels, " ", a.halves, " ", a.shares_memory, " ", a.extensions, " ",
             a.memory_share, " ", a.profiles, " ", a.not_auto);
}

}  // namespace

TEST_CASE("makers and models are known by the names that drivers tell") {
  for (const Named& named : kDevices) {
    CAPTURE(std::string(named.name));
    const Accelerator a = described(named);
    CHECK(static_cast<int>(a.maker) == static_cast<int>(named.maker));
    CHECK(a.model == named.model);
    Accelerator again = a;
    recognise(again);
    CHECK(again.model == a.model);
  }
}

TEST_CASE("an extension is a whole word of the list") {
  Accelerator a;
  a.extensions = "cl_khr_fp16_extra cl_khr_fp16 cl_arm_import_memory_dma_buf cl_khr_fp64";
  for (const char* there : {"cl_khr_fp16", "cl_khr_fp16_extra", "cl_khr_fp64"}) CHECK(a.has(there));
  for (const char* missing :
       {"cl_khr", "khr_fp16", "cl_arm_import_memory", "cl_khr_fp6", "fp64", "cl_khr_fp16 "})
    CHECK_FALSE(a.has(missing));
  a.extensions = "cl_khr_fp16_extra";
  CHECK_FALSE(a.has("cl_khr_fp16"));
  a.extensions = "";
  CHECK_FALSE(a.has("cl_khr_fp16"));
}

TEST_CASE("a fingerprint is one word and another one for whatever changes compiled code") {
  const Accelerator one = described(kDevices[0]);
  const std::string fingerprint = one.fingerprint();
  CHECK(fingerprint.find_first_of(" \t\n") == std::string::npos);
  std::set<std::string> all{fingerprint};
  const auto changed = [&](auto change) {
    Accelerator other = one;
    change(other);
    CHECK(all.insert(other.fingerprint()).second);
  };
  changed([](Accelerator& a) { a.platform += "2"; });
  changed([](Accelerator& a) { a.name += " 2"; });
  changed([](Accelerator& a) { a.version += "2"; });
  changed([](Accelerator& a) { a.driver += "2"; });
  changed([](Accelerator& a) { a.compute_units = 5; });
  changed([](Accelerator& a) { a.extensions += " cl_khr_fp64"; });
  Accelerator measured = one;  // which is no part of it
  measured.multiply_adds_per_ns = 7;
  measured.launch_ns = 3;
  CHECK(measured.fingerprint() == fingerprint);
  Accelerator control = one;
  control.name = "a\nb\tc\x01";
  const std::string text = control.fingerprint();
  for (const char c : text) CHECK(static_cast<unsigned char>(c) > 32);
}

TEST_CASE("each quirk is about some device, changes what is said of it once, and no plain one's") {
  const std::vector<Named> plain{{"Some GPU", "A maker", "OpenCL 3.0", false, Maker::other, 0},
                                 kDevices[11],
                                 kDevices[12],
                                 kDevices[13]};
  std::set<std::string_view> names;
  REQUIRE_FALSE(kernels::cl::quirks().empty());
  for (const kernels::cl::Quirk& quirk : kernels::cl::quirks()) {
    CAPTURE(std::string(quirk.name));
    CHECK(names.insert(quirk.name).second);
    CHECK(quirk.reason.size() > 20);
    CHECK(quirk.source.size() > 10);
    int about = 0;
    for (const Named& named : kDevices) {
      const Accelerator before = described(named);
      if (!quirk.applies(before)) continue;
      ++about;
      CAPTURE(std::string(named.name));
      Accelerator a = before;
      quirk.mend(a);
      CHECK(relied_on(a) != relied_on(before));
      Accelerator twice = a;
      quirk.mend(twice);
      CHECK(relied_on(twice) == relied_on(a));
      CHECK(a.fingerprint() == before.fingerprint());
    }
    CHECK(about > 0);
    for (const Named& named : plain) CHECK_FALSE(quirk.applies(described(named)));
  }
  for (const Named& named : plain) {
    Accelerator a = described(named);
    kernels::cl::apply_quirks(a);
    CHECK(relied_on(a) == relied_on(described(named)));
  }
}

TEST_CASE("what cannot be relied on is what is known of phones") {
  const auto mended = [](const Named& named) {
    Accelerator a = described(named);
    kernels::cl::apply_quirks(a);
    return a;
  };
  const Accelerator adreno = mended(kDevices[0]), mali = mended(kDevices[5]), powervr = mended(kDevices[9]);
  CHECK(adreno.most_work_items == 256);
  CHECK(adreno.image_buffer_texels == 1 << 27);
  CHECK(adreno.halves);
  CHECK(mali.most_work_items == 256);
  CHECK(mali.image_buffer_texels == 0);
  CHECK_FALSE(powervr.halves);
  for (const Accelerator* phone : {&adreno, &mali, &powervr}) {
    CHECK(phone->memory_share == 2);
    CHECK(phone->profiles);
    CHECK(phone->not_auto.empty());
  }
  const Accelerator midgard = mended(kDevices[8]), pocl = mended(kDevices[15]), nvidia = mended(kDevices[12]);
  CHECK_FALSE(midgard.profiles);
  CHECK_FALSE(midgard.not_auto.empty());
  CHECK_FALSE(pocl.not_auto.empty());
  CHECK(nvidia.not_auto.empty());
  CHECK(nvidia.memory_share == 1);
  Accelerator small = described(kDevices[0]);
  small.most_work_items = 64;  // never raised
  kernels::cl::apply_quirks(small);
  CHECK(small.most_work_items == 64);
}

}  // namespace rt3d::tests

TEST_SUITE_END();
