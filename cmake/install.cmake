# cmake --install: librt3d.so, rt3d.h, the commands (installed by src/cli), find_package(rt3d), pkg-config rt3d and the papers.
include(CMakePackageConfigHelpers)

install(TARGETS rt3d EXPORT rt3d-targets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES ${PROJECT_SOURCE_DIR}/include/rt3d/rt3d.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/rt3d)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/NOTICE ${PROJECT_SOURCE_DIR}/CHANGELOG.md
        DESTINATION ${CMAKE_INSTALL_DOCDIR})

# For apps to give to their sessions (docs/first-run.md).
install(DIRECTORY ${PROJECT_SOURCE_DIR}/tuning_db/seeds DESTINATION ${CMAKE_INSTALL_DATADIR}/rt3d FILES_MATCHING PATTERN "*.tsv")

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/rt3d)
install(EXPORT rt3d-targets NAMESPACE rt3d:: FILE rt3d-config.cmake DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/rt3d-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/rt3d-config-version.cmake DESTINATION ${package_dir})

# The prefix is found from the file's own place, so that an installed tree may be moved.
file(RELATIVE_PATH up_to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/rt3d.pc @ONLY CONTENT
"prefix=\${pcfiledir}/@up_to_prefix@
Name: rt3d
Description: @PROJECT_DESCRIPTION@
Version: @PROJECT_VERSION@
Cflags: -I\${prefix}/@CMAKE_INSTALL_INCLUDEDIR@
Libs: -L\${prefix}/@CMAKE_INSTALL_LIBDIR@ -lrt3d
")
install(FILES ${PROJECT_BINARY_DIR}/rt3d.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
