// rt3d_session_run allocates nothing, of any fixture, on any device, with any number of threads, measured or not.
#pragma once

namespace rt3d::faults {

int count_allocations_of_runs();  // returns how many sessions allocated or mapped something; prints them

}  // namespace rt3d::faults
