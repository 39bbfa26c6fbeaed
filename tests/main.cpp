// Runs the cases, and fails when one of them checked nothing: its loop found nothing to do, so it would pass whatever is wrong. And when
// the tag at the end of a name is not one by which scripts/test leaves cases out (docs/testing.md).
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>

#include "sanitizers.h"
#include "skip.h"

namespace rt3d::tests {
namespace {

int objections = 0;

// "[host only]", or "[slow: …]" with runs.
bool sound_tag(const std::string& name) {
  const std::size_t at = name.find('[');
  if (at == std::string::npos) return true;
  const std::string tag = name.substr(at), slow = "[slow: ";
  if (tag == "[host only]") return true;
  if (!tag.starts_with(slow) || !tag.ends_with(']')) return false;
  std::istringstream runs(tag.substr(slow.size(), tag.size() - slow.size() - 1));
  int known = 0;
  for (std::string run; runs >> run; ++known)
    if (run != "asan" && run != "tsan" && run != "aarch64") return false;
  return known > 0;
}

class Objections final : public doctest::IReporter {
 public:
  explicit Objections(const doctest::ContextOptions&) {}
  void test_case_start(const doctest::TestCaseData& started) override {
    current_ = &started;
    if (!sound_tag(started.m_name)) object("has an unknown tag");
  }
  void test_case_end(const doctest::CurrentTestCaseStats& ended) override {
    if (ended.numAssertsCurrentTest > 0 || skipped_case == current_) return;
    object("checked nothing");
  }

  void report_query(const doctest::QueryData&) override {}
  void test_run_start() override {}
  void test_run_end(const doctest::TestRunStats&) override {}
  void test_case_reenter(const doctest::TestCaseData&) override {}
  void test_case_exception(const doctest::TestCaseException&) override {}
  void subcase_start(const doctest::SubcaseSignature&) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData&) override {}
  void log_message(const doctest::MessageData&) override {}
  void test_case_skipped(const doctest::TestCaseData&) override {}

 private:
  void object(const char* what) {
    ++objections;
    std::printf("%s:%u: the case \"%s\" %s\n", current_->m_file.c_str(), current_->m_line, current_->m_name,
                what);
    std::fflush(stdout);
  }

  const doctest::TestCaseData* current_ = nullptr;
};

REGISTER_LISTENER("objections", 1, Objections);

// PoCL keeps what it compiles in the user's folder unless it is told another: here one that is gone afterwards, so that what a run finds
// there does not depend on the runs before it.
class PoclFolder {
 public:
  PoclFolder() {
    std::error_code none;
    std::string name = (std::filesystem::temp_directory_path(none) / "rt3d-pocl-XXXXXX").string();
    if (std::getenv("POCL_CACHE_DIR") != nullptr || mkdtemp(name.data()) == nullptr) return;
    path_ = name;
    setenv("POCL_CACHE_DIR", path_.c_str(), 1);
  }
  ~PoclFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  PoclFolder(const PoclFolder&) = delete;
  PoclFolder& operator=(const PoclFolder&) = delete;

 private:
  std::filesystem::path path_;
};

}  // namespace
}  // namespace rt3d::tests

#ifdef RT3D_ADDRESS_SANITIZER
// What PoCL and its compiler keep until the process ends (LeakSanitizer asks).
// NOLINTNEXTLINE(bugprone-reserved-identifier)
extern "C" __attribute__((visibility("default"))) const char* __lsan_default_suppressions() {
  return "leak:libpocl\nleak:libLLVM\n";
}
#endif

int main(int argc, char** argv) {
  const rt3d::tests::PoclFolder pocl;
  doctest::Context context(argc, argv);
  const int status = context.run();
  if (context.shouldExit() || status != 0 || rt3d::tests::objections == 0) return status;
  std::printf("%d objections\n", rt3d::tests::objections);
  return 1;
}
