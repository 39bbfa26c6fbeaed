#include "test_data.h"

namespace rt3d::tests {

std::filesystem::path test_data(const std::filesystem::path& below) {
  return std::filesystem::path(RT3D_TEST_DATA) / below;
}

}  // namespace rt3d::tests
