// Files of seeds that may travel, and every reason why one may not.
#include "tuner/seed_text.h"

#include <doctest/doctest.h>

#include <string>

#include "base/device.h"
#include "base/error.h"
#include "jit/jit.h"

TEST_SUITE_BEGIN("tuner");

namespace rt3d::tuner {
namespace {

constexpr char kSeedPhone[] = "neon/Cortex-A76/l1=64K/l2=512K/l3=4096K";
constexpr char kSeedProblem[] =
    "Conv 1x16x1x4x4,c16x16x3x3x3,c16 -> 1x16x1x4x4 act=relu dilations=1x1x1 group=1 pads=1x1x1x1x1x1 "
    "strides=1x1x1";

const kernels::KernelFamily& some_family() {
  for (const kernels::KernelFamily* family : jit::families())
    if (family->supports(kernels::parse_problem(kSeedProblem), {*device_of(kSeedPhone), 1, {}}))
      return *family;
  FAIL("no family");
  throw 0;
}

std::string row(const std::string& problem, const std::string& schedule, int version,
                const std::string& family, const std::string& device = kSeedPhone,
                const std::string& ns = "1e6") {
  return device + "\t1\t" + problem + "\t" + family + "\t" + std::to_string(version) + "\t" + schedule +
         "\t" + ns + "\t0\t2\t0\n";
}

std::string why_not_seeds(const std::string& text) {
  try {
    checked_seeds(text, {jit::families(), {}});
  } catch (const Error& error) {
    CHECK(error.code() == Code::invalid_argument);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a CPU is known from its fingerprint, as far as that says") {
  for (const Isa isa : {Isa::avx2, Isa::avx512, Isa::neon}) {
    rt3d::Device device;
    device.name = "4 x Cortex-A77 + 4 x Cortex-A55";
    device.isa = isa;
    device.l2_bytes = 0;
    const std::optional<rt3d::Device> same = device_of(device.fingerprint());
    REQUIRE(same);
    CHECK(same->fingerprint() == device.fingerprint());
    CHECK(same->isa == isa);
    CHECK(same->features.fp16 == (isa == Isa::neon));
  }
  for (const char* none : {"", "neon", "neon/x/l1=64K/l2=512K", "none/x/l1=64K/l2=512K/l3=0K",
                           "vax/x/l1=64K/l2=5K/l3=0K", "neon/x/l1=64K/l2=512K/l3=0K/more",
                           "neon/x/l1=64/l2=512K/l3=0K", "neon/x/l1=-1K/l2=5K/l3=0K", "opencl/a/b/c/d/e"})
    CHECK_FALSE(device_of(none).has_value());
}

TEST_CASE("seeds are refused with the line and the reason") {
  const kernels::KernelFamily& family = some_family();
  const std::string id(family.id());
  const kernels::Target target{*device_of(kSeedPhone), 1, {}};
  const std::string schedule = family.space(kernels::parse_problem(kSeedProblem), target).front().text();
  const int version = family.version();
  const std::string head = "rt3d-tuning\t2\n",
                    comments = "# device: a phone\n# date: 2026-12-01\n# rt3d: 0.1.0\n# command: rt3d-tune\n";
  const std::string good = row(kSeedProblem, schedule, version, id);
  const std::string smaller = row("Add 1x2 -> 1x2", schedule, version, id);
  REQUIRE(why_not_seeds(head + comments + good) == "");
  CHECK(why_not_seeds(head + comments) == "");  // nothing yet
  CHECK(checked_seeds(head + comments + good, {jit::families(), {}}).size() == 1);
  // An older version of a kernel is of no use, and no fault.
  if (version > 0) CHECK(why_not_seeds(head + comments + row(kSeedProblem, "x=1", version - 1, id)) == "");
  // Accelerators that this build does not know are believed.
  CHECK(why_not_seeds(head + comments + row(kSeedProblem, "x=1", 9, "any", "opencl/a/b/c")) == "");

  const auto refused = [&](const std::string& text, const char* why) {
    const std::string said = why_not_seeds(text);
    CHECK_MESSAGE(said.find(why) != std::string::npos, said);
  };
  refused(good, "line 1");
  refused("rt3d-tuning\t1\n" + comments, "line 1: an older version");
  refused(head + good, "'# device: ");
  refused(head + "# device: a phone\n# date: x\n# rt3d: 1\n" + good, "'# command: ");
  refused(head + "# device: \n# date: x\n# rt3d: 1\n# command: c\n" + good, "'# device: ");
  refused(head + comments + good + good, "line 7: the same device");
  refused(head + comments + good + smaller, "line 7: not sorted");
  refused(head + comments + row(kSeedProblem, schedule, version, id, "phone"), "line 6: the device 'phone'");
  refused(head + comments + row(kSeedProblem, schedule, version, "relu.gone"), "line 6: there is no family");
  refused(head + comments + row(kSeedProblem, schedule, version + 1, id), "has no version");
  refused(head + comments + row(kSeedProblem, "nonsense=1", version, id), "is not legal");
  refused(head + comments + row(kSeedProblem, schedule, version, id, kSeedPhone, "1e-3"), "no CPU takes");
  refused(head + comments + row(kSeedProblem, schedule, 3, "model.accelerator"), "there is no family");
  refused(head + comments + good + "neon\t1\n", "line 7");
}

}  // namespace rt3d::tuner
