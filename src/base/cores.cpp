#include "base/cores.h"

#include <sched.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <functional>
#include <sstream>
#include <utility>

#include "base/error.h"

#if defined(__aarch64__)
#include <sys/auxv.h>
#endif

namespace rt3d {
namespace {

struct DesignRow {
  CoreDesign design;
  std::string_view name;
  CoreKind kind;
};
constexpr int kArm = 0x41, kQualcomm = 0x51;
constexpr CoreKind kBig = CoreKind::big, kInOrder = CoreKind::in_order;

// Every in-order design must be here; of the others, those that are worth a name.
constexpr std::array kDesigns{
    DesignRow{{kArm, 0xd02}, "Cortex-A34", kInOrder},
    DesignRow{{kArm, 0xd03}, "Cortex-A53", kInOrder},
    DesignRow{{kArm, 0xd04}, "Cortex-A35", kInOrder},
    DesignRow{{kArm, 0xd05}, "Cortex-A55", kInOrder},
    DesignRow{{kArm, 0xd46}, "Cortex-A510", kInOrder},
    DesignRow{{kArm, 0xd80}, "Cortex-A520", kInOrder},
    DesignRow{{kQualcomm, 0x801}, "Kryo-2xx-Silver", kInOrder},
    DesignRow{{kQualcomm, 0x803}, "Kryo-3xx-Silver", kInOrder},
    DesignRow{{kQualcomm, 0x805}, "Kryo-4xx-Silver", kInOrder},
    DesignRow{{kQualcomm, 0x800}, "Kryo-2xx-Gold", kBig},
    DesignRow{{kQualcomm, 0x802}, "Kryo-3xx-Gold", kBig},
    DesignRow{{kQualcomm, 0x804}, "Kryo-4xx-Gold", kBig},
    DesignRow{{kArm, 0xd07}, "Cortex-A57", kBig},
    DesignRow{{kArm, 0xd08}, "Cortex-A72", kBig},
    DesignRow{{kArm, 0xd09}, "Cortex-A73", kBig},
    DesignRow{{kArm, 0xd0a}, "Cortex-A75", kBig},
    DesignRow{{kArm, 0xd0b}, "Cortex-A76", kBig},
    DesignRow{{kArm, 0xd0c}, "Neoverse-N1", kBig},
    DesignRow{{kArm, 0xd0d}, "Cortex-A77", kBig},
    DesignRow{{kArm, 0xd40}, "Neoverse-V1", kBig},
    DesignRow{{kArm, 0xd41}, "Cortex-A78", kBig},
    DesignRow{{kArm, 0xd44}, "Cortex-X1", kBig},
    DesignRow{{kArm, 0xd47}, "Cortex-A710", kBig},
    DesignRow{{kArm, 0xd48}, "Cortex-X2", kBig},
    DesignRow{{kArm, 0xd49}, "Neoverse-N2", kBig},
    DesignRow{{kArm, 0xd4d}, "Cortex-A715", kBig},
    DesignRow{{kArm, 0xd4e}, "Cortex-X3", kBig},
    DesignRow{{kArm, 0xd4f}, "Neoverse-V2", kBig},
    DesignRow{{kArm, 0xd81}, "Cortex-A720", kBig},
    DesignRow{{kArm, 0xd82}, "Cortex-X4", kBig},
    DesignRow{{kArm, 0xd85}, "Cortex-X925", kBig},
    DesignRow{{kArm, 0xd87}, "Cortex-A725", kBig},
};

const DesignRow* row(const CoreDesign& design) {
  for (const DesignRow& r : kDesigns)
    if (r.design == design) return &r;
  return nullptr;
}

// A number as cpuinfo writes it, "0xd05" or "7"; -1 when it is none.
int number(std::string_view text) {
  const int base = text.starts_with("0x") ? 16 : 10;
  if (base == 16) text.remove_prefix(2);
  int value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return error == std::errc() && end == text.data() + text.size() && value >= 0 ? value : -1;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t"), last = text.find_last_not_of(" \t\r");
  return first == std::string_view::npos ? std::string_view() : text.substr(first, last - first + 1);
}

#if defined(__aarch64__)
std::vector<CoreDesign> read_cores() {
  std::stringstream cpuinfo;
  cpuinfo.exceptions(std::ios_base::badbit);
  cpuinfo << std::ifstream("/proc/cpuinfo").rdbuf();
  std::vector<CoreDesign> cores = parse_cpuinfo(cpuinfo.str());
  // The kernel's own table also knows the cores that sleep now.
  for (std::size_t cpu = 0; cpu < 1024; ++cpu) {
    std::ifstream file(cat("/sys/devices/system/cpu/cpu", cpu, "/regs/identification/midr_el1"));
    file.exceptions(std::ios_base::badbit);
    std::string text;
    if (!(file >> text)) break;
    std::uint64_t midr = 0;
    const std::string_view digits = std::string_view(text).substr(text.starts_with("0x") ? 2 : 0);
    if (std::from_chars(digits.data(), digits.data() + digits.size(), midr, 16).ec != std::errc()) continue;
    cores.resize(std::max(cores.size(), cpu + 1));
    cores[cpu] = core_design(midr);
  }
  return cores;
}
#endif

}  // namespace

std::string_view core_kind_name(CoreKind kind) { return kind == kBig ? "big" : "inorder"; }

CoreKind CoreDesign::kind() const {
  const DesignRow* known = row(*this);
  return known ? known->kind : kBig;
}

std::string CoreDesign::name() const {
  if (const DesignRow* known = row(*this)) return std::string(known->name);
  return cat(std::hex, "implementer 0x", implementer, " part 0x", part);
}

CoreDesign core_design(std::uint64_t midr) {
  return {static_cast<int>(midr >> 24 & 0xff), static_cast<int>(midr >> 4 & 0xfff)};
}

std::vector<CoreDesign> parse_cpuinfo(std::string_view text) {
  constexpr int kMostProcessors = 1024;
  std::vector<CoreDesign> cores;
  int processor = -1;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view key = trimmed(line.substr(0, colon));
    const int value = number(trimmed(line.substr(colon + 1)));
    if (key == "processor") processor = value;
    if (processor < 0 || processor >= kMostProcessors || value < 0) continue;
    if (key != "CPU implementer" && key != "CPU part") continue;
    const auto index = static_cast<std::size_t>(processor);
    if (cores.size() <= index) cores.resize(index + 1);
    (key == "CPU part" ? cores[index].part : cores[index].implementer) = value;
  }
  return cores;
}

std::string cores_text(const std::vector<CoreDesign>& cores) {
  std::vector<CoreDesign> known;
  for (const CoreDesign& core : cores)
    if (core != CoreDesign{}) known.push_back(core);
  // Of one kind, the higher number is mostly the newer and larger design.
  std::sort(known.begin(), known.end(), [](const CoreDesign& a, const CoreDesign& b) {
    return std::pair(a.kind(), -a.part) < std::pair(b.kind(), -b.part);
  });
  std::string text;
  for (auto from = known.begin(); from != known.end();) {
    const auto to = std::find_if(from, known.end(), [&](const CoreDesign& c) { return c != *from; });
    if (from == known.begin() && to == known.end()) return from->name();
    text += cat(text.empty() ? "" : " + ", to - from, " x ", from->name());
    from = to;
  }
  return text;
}

CpuFeatures cpu_features(std::uint64_t hwcap) {
  constexpr std::uint64_t kAsimdHalf = 1u << 10, kAsimdDot = 1u << 20;
  return {(hwcap & kAsimdHalf) != 0, (hwcap & kAsimdDot) != 0};
}

CodeVersions code_versions(std::string_view forced, const std::vector<CoreDesign>& cores) {
  const auto has = [&](CoreKind kind) {
    return std::any_of(cores.begin(), cores.end(), [&](const CoreDesign& c) { return c.kind() == kind; });
  };
  if (forced.empty()) return {cores.empty() || has(kBig), has(kInOrder)};
  if (forced == "both") return {true, true};
  for (CoreKind kind : {kBig, kInOrder})
    if (forced == core_kind_name(kind)) return {kind == kBig, kind == kInOrder};
  fail(Code::invalid_argument, "RT3D_UARCH: unknown kind of core '", forced, "'; known: inorder big both");
}

#if defined(__aarch64__)

const std::vector<CoreDesign>& cores_here() {
  static const std::vector<CoreDesign>* const cores = new std::vector<CoreDesign>(read_cores());
  return *cores;
}

CpuFeatures features_here() { return cpu_features(getauxval(AT_HWCAP)); }

namespace {

// Kinds by number of processor where they differ, else empty: then there is nothing to note.
std::vector<CoreKind> mixed_kinds() {
  std::vector<CoreKind> kinds;
  for (const CoreDesign& core : cores_here()) kinds.push_back(core.kind());
  const bool mixed = std::adjacent_find(kinds.begin(), kinds.end(), std::not_equal_to<>()) != kinds.end();
  return mixed ? kinds : std::vector<CoreKind>();
}

}  // namespace

void note_core() {
  static const std::vector<CoreKind>* const kinds = new std::vector<CoreKind>(mixed_kinds());
  if (kinds->empty()) return;
  const int cpu = sched_getcpu();
  if (cpu >= 0 && cpu < static_cast<int>(kinds->size()))
    current_core = (*kinds)[static_cast<std::size_t>(cpu)];
}

#else

const std::vector<CoreDesign>& cores_here() {
  static const std::vector<CoreDesign> none;
  return none;
}

CpuFeatures features_here() { return {}; }

#endif

}  // namespace rt3d
