#include "base/cores.h"

#include <doctest/doctest.h>

#include "base/device.h"
#include "base/error.h"

TEST_SUITE_BEGIN("base");

namespace rt3d {
namespace {

// /proc/cpuinfo of a Snapdragon 865, in the kernel's form: four small cores, three big ones, one faster big one.
std::string snapdragon_865() {
  std::string text = "Processor\t: AArch64 Processor rev 14 (aarch64)\n";
  for (int cpu = 0; cpu < 8; ++cpu)
    text +=
        cat("processor\t: ", cpu, "\nBogoMIPS\t: 38.40\nFeatures\t: fp asimd evtstrm aes asimdhp asimddp\n",
            "CPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x", cpu < 4 ? 1 : 0,
            "\nCPU part\t: ", cpu < 4 ? "0xd05" : "0xd0d", "\nCPU revision\t: 0\n\n");
  return text + "Hardware\t: Qualcomm Technologies, Inc SM8250\n";
}

}  // namespace

TEST_CASE("a Snapdragon 865 has four big cores and four in-order ones") {
  const std::vector<CoreDesign> cores = parse_cpuinfo(snapdragon_865());
  REQUIRE(cores.size() == 8);
  for (std::size_t cpu = 0; cpu < 8; ++cpu) {
    CHECK(cores[cpu].kind() == (cpu < 4 ? CoreKind::in_order : CoreKind::big));
    CHECK(cores[cpu].name() == (cpu < 4 ? "Cortex-A55" : "Cortex-A77"));
  }
  CHECK(cores_text(cores) == "4 x Cortex-A77 + 4 x Cortex-A55");
  const CodeVersions versions = code_versions("", cores);
  CHECK(versions.big);
  CHECK(versions.in_order);
}

TEST_CASE("cpuinfo may leave processors out, name unknown designs, or be another architecture's or damaged") {
  const std::vector<CoreDesign> sparse = parse_cpuinfo(
      "processor : 1\r\nCPU implementer : 0x41\r\nCPU part : 0xd03\r\nprocessor : 3\nCPU implementer : "
      "0x7f\nCPU part : 0xfff");
  REQUIRE(sparse.size() == 4);
  CHECK(sparse[0] == CoreDesign{});
  CHECK(sparse[1].name() == "Cortex-A53");
  CHECK(sparse[3].name() == "implementer 0x7f part 0xfff");
  CHECK(sparse[3].kind() == CoreKind::big);
  CHECK(cores_text(sparse) == "1 x implementer 0x7f part 0xfff + 1 x Cortex-A53");
  CHECK(parse_cpuinfo("processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel name\t: AMD EPYC\n\n").empty());
  for (const char* text : {"", ":", "CPU part : 0xd05", "processor : x\nCPU part : 0xd05",
                           "processor : 99999999999\nCPU part : 1", "processor : 5000\nCPU part : 1",
                           "processor : 0\nCPU part : 0x", "processor : -1\nCPU part : 1"})
    CHECK_MESSAGE(parse_cpuinfo(text).empty(), text);
}

TEST_CASE("MIDR_EL1 holds implementer and part") {
  CHECK(core_design(0x411fd0d0).name() == "Cortex-A77");
  CHECK(core_design(0x412fd050).kind() == CoreKind::in_order);
  CHECK(core_design(0x51df805e).kind() == CoreKind::in_order);
  CHECK(core_design(0x410fd0c1).name() == "Neoverse-N1");
}

TEST_CASE("code versions follow the cores unless they are forced") {
  const std::vector<CoreDesign> a55s(4, CoreDesign{0x41, 0xd05}), a76s(4, CoreDesign{0x41, 0xd0b});
  const auto of = [](std::string_view forced, const std::vector<CoreDesign>& cores) {
    const CodeVersions v = code_versions(forced, cores);
    return 2 * v.big + v.in_order;
  };
  CHECK(of("", {}) == 2);
  CHECK(of("", a55s) == 1);
  CHECK(of("", a76s) == 2);
  CHECK(of("both", {}) == 3);
  CHECK(of("inorder", a76s) == 1);
  CHECK(of("big", a55s) == 2);
  CHECK_THROWS_AS(code_versions("little", {}), Error);
  CHECK(cores_text(a55s) == "Cortex-A55");
}

TEST_CASE("features are read from the bits that Linux gives") {
  CHECK(cpu_features(1u << 10).fp16);
  CHECK(!cpu_features(1u << 10).dotprod);
  CHECK(cpu_features(1u << 20).dotprod);
  CHECK(!cpu_features(0).fp16);
}

TEST_CASE("a device's text names its cores and features") {
  Device d;
  d.name = "4 x Cortex-A77 + 4 x Cortex-A55";
  d.isa = Isa::neon;
  d.cores = 8;
  d.features = {.fp16 = true, .dotprod = true};
  CHECK(d.text() ==
        "4 x Cortex-A77 + 4 x Cortex-A55, neon fp16 dotprod, 8 cores, L1d 32 KiB, L2 512 KiB, L3 0 KiB");
}

}  // namespace rt3d

TEST_SUITE_END();
