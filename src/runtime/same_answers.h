// Whether two plans of one model answer alike: drivers are known that compute other numbers than their CPU, silently.
#pragma once

#include <string>

#include "runtime/prepared.h"

namespace rt3d::runtime {

// Runs both once on the same seeded numbers, and compares what is finite of the CPU's outputs. "" or what differs, by how much of the
// output's range; what accuracy allows is far below what counts as another answer. Inputs that are no floats stay what they are.
std::string different_answers(Prepared& cpu, Prepared& other);

}  // namespace rt3d::runtime
