mov r9, [rdi+56]                            ; 4C8B4F38
bt r9, 1                                    ; 490FBAE101
jnc L0                                      ; 0F83........
mov r9, [rdi+48]                            ; 4C8B4F30
prefetcht0 [r9]                             ; 410F1809
prefetcht0 [r9+64]                          ; 410F184940
prefetcht0 [r9+128]                         ; 410F188980000000
prefetcht0 [r9+4096]                        ; 410F188900100000
prefetcht0 [r9+4160]                        ; 410F188940100000
prefetcht0 [r9+4224]                        ; 410F188980100000
L0:
mov r11, [rdi+32]                           ; 4C8B5F20
mov r9, [rdi+56]                            ; 4C8B4F38
mov r10, [rdi+40]                           ; 4C8B5728
bt r9, 0                                    ; 490FBAE100
jnc L1                                      ; 0F83........
bt r9, 2                                    ; 490FBAE102
jnc L2                                      ; 0F83........
prefetcht0 [r11]                            ; 410F180B
prefetcht0 [r11+64]                         ; 410F184B40
prefetcht0 [r11+128]                        ; 410F188B80000000
prefetcht0 [r11+4096]                       ; 410F188B00100000
prefetcht0 [r11+4160]                       ; 410F188B40100000
prefetcht0 [r11+4224]                       ; 410F188B80100000
L2:
vpxord zmm0, zmm0, zmm0                     ; 62F17D48EFC0
vpxord zmm1, zmm1, zmm1                     ; 62F17548EFC9
vpxord zmm2, zmm2, zmm2                     ; 62F16D48EFD2
vpxord zmm3, zmm3, zmm3                     ; 62F16548EFDB
vpxord zmm4, zmm4, zmm4                     ; 62F15D48EFE4
vpxord zmm5, zmm5, zmm5                     ; 62F15548EFED
jmp L3                                      ; E9........
L1:
vmovups zmm0, [r10]                         ; 62D17C481002
vmovaps zmm2, zmm0                          ; 62F17C4828D0
vmovaps zmm4, zmm0                          ; 62F17C4828E0
vmovups zmm1, [r10+64]                      ; 62D17C48104A01
vmovaps zmm3, zmm1                          ; 62F17C4828D9
vmovaps zmm5, zmm1                          ; 62F17C4828E9
L3:
mov rsi, [rdi]                              ; 488B37
mov rdx, [rdi+8]                            ; 488B5708
mov rcx, [rdi+16]                           ; 488B4F10
mov r8, [rdi+24]                            ; 4C8B4718
test rcx, rcx                               ; 4885C9
jz L5                                       ; 0F84........
L4:
movsxd r9, dword ptr [rdx]                  ; 4C630A
movsxd r10, dword ptr [rdx+4]               ; 4C635204
add rdx, 8                                  ; 4883C208
add r9, rsi                                 ; 4901F1
add r10, r8                                 ; 4D01C2
vmovups zmm6, [r10]                         ; 62D17C481032
vmovups zmm7, [r10+64]                      ; 62D17C48107A01
vbroadcastss zmm8, dword ptr [r9+64]        ; 62527D48184110
vfmadd231ps zmm2, zmm6, zmm8                ; 62D24D48B8D0
vfmadd231ps zmm3, zmm7, zmm8                ; 62D24548B8D8
vbroadcastss zmm9, dword ptr [r9+128]       ; 62527D48184920
vfmadd231ps zmm4, zmm6, zmm9                ; 62D24D48B8E1
vfmadd231ps zmm5, zmm7, zmm9                ; 62D24548B8E9
vmovups zmm6, [r10+128]                     ; 62D17C48107202
vmovups zmm7, [r10+192]                     ; 62D17C48107A03
vbroadcastss zmm8, dword ptr [r9+68]        ; 62527D48184111
vfmadd231ps zmm2, zmm6, zmm8                ; 62D24D48B8D0
vfmadd231ps zmm3, zmm7, zmm8                ; 62D24548B8D8
vbroadcastss zmm9, dword ptr [r9+132]       ; 62527D48184921
vfmadd231ps zmm4, zmm6, zmm9                ; 62D24D48B8E1
vfmadd231ps zmm5, zmm7, zmm9                ; 62D24548B8E9
vmovups zmm6, [r10+256]                     ; 62D17C48107204
vmovups zmm7, [r10+320]                     ; 62D17C48107A05
vbroadcastss zmm8, dword ptr [r9+72]        ; 62527D48184112
vfmadd231ps zmm2, zmm6, zmm8                ; 62D24D48B8D0
vfmadd231ps zmm3, zmm7, zmm8                ; 62D24548B8D8
vbroadcastss zmm9, dword ptr [r9+136]       ; 62527D48184922
vfmadd231ps zmm4, zmm6, zmm9                ; 62D24D48B8E1
vfmadd231ps zmm5, zmm7, zmm9                ; 62D24548B8E9
vmovups zmm6, [r10+384]                     ; 62D17C48107206
vmovups zmm7, [r10+448]                     ; 62D17C48107A07
vbroadcastss zmm8, dword ptr [r9+76]        ; 62527D48184113
vfmadd231ps zmm2, zmm6, zmm8                ; 62D24D48B8D0
vfmadd231ps zmm3, zmm7, zmm8                ; 62D24548B8D8
vbroadcastss zmm9, dword ptr [r9+140]       ; 62527D48184923
vfmadd231ps zmm4, zmm6, zmm9                ; 62D24D48B8E1
vfmadd231ps zmm5, zmm7, zmm9                ; 62D24548B8E9
movsxd r9, dword ptr [rdx]                  ; 4C630A
movsxd r10, dword ptr [rdx+4]               ; 4C635204
add rdx, 8                                  ; 4883C208
add r9, rsi                                 ; 4901F1
add r10, r8                                 ; 4D01C2
vmovups zmm6, [r10]                         ; 62D17C481032
vmovups zmm7, [r10+64]                      ; 62D17C48107A01
vbroadcastss zmm8, dword ptr [r9]           ; 62527D481801
vfmadd231ps zmm0, zmm6, zmm8                ; 62D24D48B8C0
vfmadd231ps zmm1, zmm7, zmm8                ; 62D24548B8C8
vbroadcastss zmm9, dword ptr [r9+64]        ; 62527D48184910
vfmadd231ps zmm2, zmm6, zmm9                ; 62D24D48B8D1
vfmadd231ps zmm3, zmm7, zmm9                ; 62D24548B8D9
vbroadcastss zmm8, dword ptr [r9+128]       ; 62527D48184120
vfmadd231ps zmm4, zmm6, zmm8                ; 62D24D48B8E0
vfmadd231ps zmm5, zmm7, zmm8                ; 62D24548B8E8
vmovups zmm6, [r10+128]                     ; 62D17C48107202
vmovups zmm7, [r10+192]                     ; 62D17C48107A03
vbroadcastss zmm8, dword ptr [r9+4]         ; 62527D48184101
vfmadd231ps zmm0, zmm6, zmm8                ; 62D24D48B8C0
vfmadd231ps zmm1, zmm7, zmm8                ; 62D24548B8C8
vbroadcastss zmm9, dword ptr [r9+68]        ; 62527D48184911
vfmadd231ps zmm2, zmm6, zmm9                ; 62D24D48B8D1
vfmadd231ps zmm3, zmm7, zmm9                ; 62D24548B8D9
vbroadcastss zmm8, dword ptr [r9+132]       ; 62527D48184121
vfmadd231ps zmm4, zmm6, zmm8                ; 62D24D48B8E0
vfmadd231ps zmm5, zmm7, zmm8                ; 62D24548B8E8
vmovups zmm6, [r10+256]                     ; 62D17C48107204
vmovups zmm7, [r10+320]                     ; 62D17C48107A05
vbroadcastss zmm8, dword ptr [r9+8]         ; 62527D48184102
vfmadd231ps zmm0, zmm6, zmm8                ; 62D24D48B8C0
vfmadd231ps zmm1, zmm7, zmm8                ; 62D24548B8C8
vbroadcastss zmm9, dword ptr [r9+72]        ; 62527D48184912
vfmadd231ps zmm2, zmm6, zmm9                ; 62D24D48B8D1
vfmadd231ps zmm3, zmm7, zmm9                ; 62D24548B8D9
vbroadcastss zmm8, dword ptr [r9+136]       ; 62527D48184122
vfmadd231ps zmm4, zmm6, zmm8                ; 62D24D48B8E0
vfmadd231ps zmm5, zmm7, zmm8                ; 62D24548B8E8
vmovups zmm6, [r10+384]                     ; 62D17C48107206
vmovups zmm7, [r10+448]                     ; 62D17C48107A07
vbroadcastss zmm8, dword ptr [r9+12]        ; 62527D48184103
vfmadd231ps zmm0, zmm6, zmm8                ; 62D24D48B8C0
vfmadd231ps zmm1, zmm7, zmm8                ; 62D24548B8C8
vbroadcastss zmm9, dword ptr [r9+76]        ; 62527D48184913
vfmadd231ps zmm2, zmm6, zmm9                ; 62D24D48B8D1
vfmadd231ps zmm3, zmm7, zmm9                ; 62D24548B8D9
vbroadcastss zmm8, dword ptr [r9+140]       ; 62527D48184123
vfmadd231ps zmm4, zmm6, zmm8                ; 62D24D48B8E0
vfmadd231ps zmm5, zmm7, zmm8                ; 62D24548B8E8
movsxd r9, dword ptr [rdx]                  ; 4C630A
movsxd r10, dword ptr [rdx+4]               ; 4C635204
add rdx, 8                                  ; 4883C208
add r9, rsi                                 ; 4901F1
add r10, r8                                 ; 4D01C2
sub rcx, 1                                  ; 4883E901
jnz L4                                      ; 0F85DAFDFFFF
L5:
mov r9, [rdi+56]                            ; 4C8B4F38
bt r9, 0                                    ; 490FBAE100
jnc L6                                      ; 0F83........
vaddps zmm0, zmm0, zmmword ptr [r11]        ; 62D17C485803
vaddps zmm1, zmm1, zmmword ptr [r11+4096]   ; 62D17448584B40
vaddps zmm2, zmm2, zmmword ptr [r11+64]     ; 62D16C48585301
vaddps zmm3, zmm3, zmmword ptr [r11+4160]   ; 62D16448585B41
vaddps zmm4, zmm4, zmmword ptr [r11+128]    ; 62D15C48586302
vaddps zmm5, zmm5, zmmword ptr [r11+4224]   ; 62D15448586B42
L6:
bt r9, 1                                    ; 490FBAE101
jnc L7                                      ; 0F83........
mov r10, [rdi+48]                           ; 4C8B5730
vaddps zmm0, zmm0, zmmword ptr [r10]        ; 62D17C485802
vaddps zmm1, zmm1, zmmword ptr [r10+4096]   ; 62D17448584A40
vaddps zmm2, zmm2, zmmword ptr [r10+64]     ; 62D16C48585201
vaddps zmm3, zmm3, zmmword ptr [r10+4160]   ; 62D16448585A41
vaddps zmm4, zmm4, zmmword ptr [r10+128]    ; 62D15C48586202
vaddps zmm5, zmm5, zmmword ptr [r10+4224]   ; 62D15448586A42
vpxord zmm6, zmm6, zmm6                     ; 62F14D48EFF6
vmaxps zmm0, zmm6, zmm0                     ; 62F14C485FC0
vmaxps zmm1, zmm6, zmm1                     ; 62F14C485FC9
vmaxps zmm2, zmm6, zmm2                     ; 62F14C485FD2
vmaxps zmm3, zmm6, zmm3                     ; 62F14C485FDB
vmaxps zmm4, zmm6, zmm4                     ; 62F14C485FE4
vmaxps zmm5, zmm6, zmm5                     ; 62F14C485FED
L7:
vmovups [r11], zmm0                         ; 62D17C481103
vmovups [r11+64], zmm2                      ; 62D17C48115301
vmovups [r11+128], zmm4                     ; 62D17C48116302
vmovups [r11+4096], zmm1                    ; 62D17C48114B40
vmovups [r11+4160], zmm3                    ; 62D17C48115B41
vmovups [r11+4224], zmm5                    ; 62D17C48116B42
vzeroupper                                  ; C5F877
ret                                         ; C3
