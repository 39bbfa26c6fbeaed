# Third-party packages, each behind one target, all from the distribution (scripts/setup installs them).
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

add_library(rt3d_warnings INTERFACE)
target_compile_options(rt3d_warnings INTERFACE -Wall -Wextra -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 warns falsely about std::string concatenation (gcc bug 105651).
  target_compile_options(rt3d_warnings INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict>)
endif()
add_library(rt3d::warnings ALIAS rt3d_warnings)

find_package(spdlog REQUIRED)
add_library(rt3d::spdlog ALIAS spdlog::spdlog)

find_library(PTHREADPOOL_LIBRARY pthreadpool REQUIRED)
find_path(PTHREADPOOL_INCLUDE pthreadpool.h REQUIRED)
add_library(rt3d_pthreadpool INTERFACE)
target_include_directories(rt3d_pthreadpool SYSTEM INTERFACE ${PTHREADPOOL_INCLUDE})
target_link_libraries(rt3d_pthreadpool INTERFACE ${PTHREADPOOL_LIBRARY} Threads::Threads)
add_library(rt3d::pthreadpool ALIAS rt3d_pthreadpool)

find_library(ASMJIT_LIBRARY asmjit REQUIRED)
find_path(ASMJIT_INCLUDE asmjit/core.h REQUIRED)
add_library(rt3d_asmjit INTERFACE)
target_include_directories(rt3d_asmjit SYSTEM INTERFACE ${ASMJIT_INCLUDE})
target_link_libraries(rt3d_asmjit INTERFACE ${ASMJIT_LIBRARY})
add_library(rt3d::asmjit ALIAS rt3d_asmjit)

find_package(SQLite3 REQUIRED)
add_library(rt3d::sqlite ALIAS SQLite::SQLite3)

find_package(Protobuf REQUIRED)
add_library(rt3d::protobuf ALIAS protobuf::libprotobuf-lite)
