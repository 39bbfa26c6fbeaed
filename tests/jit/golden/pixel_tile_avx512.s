vpxord zmm0, zmm0, zmm0                     ; 62F17D48EFC0
vpxord zmm1, zmm1, zmm1                     ; 62F17548EFC9
vpxord zmm2, zmm2, zmm2                     ; 62F16D48EFD2
vpxord zmm3, zmm3, zmm3                     ; 62F16548EFDB
vpxord zmm4, zmm4, zmm4                     ; 62F15D48EFE4
vpxord zmm5, zmm5, zmm5                     ; 62F15548EFED
vpxord zmm6, zmm6, zmm6                     ; 62F14D48EFF6
vpxord zmm7, zmm7, zmm7                     ; 62F14548EFFF
vpxord zmm8, zmm8, zmm8                     ; 62513D48EFC0
vpxord zmm9, zmm9, zmm9                     ; 62513548EFC9
vpxord zmm10, zmm10, zmm10                  ; 62512D48EFD2
vpxord zmm11, zmm11, zmm11                  ; 62512548EFDB
vpxord zmm12, zmm12, zmm12                  ; 62511D48EFE4
vpxord zmm13, zmm13, zmm13                  ; 62511548EFED
vpxord zmm14, zmm14, zmm14                  ; 62510D48EFF6
vpxord zmm15, zmm15, zmm15                  ; 62510548EFFF
mov rsi, [rdi]                              ; 488B37
mov rdx, [rdi+8]                            ; 488B5708
mov rcx, [rdi+16]                           ; 488B4F10
mov r8, [rdi+24]                            ; 4C8B4718
mov r11, [rdi+64]                           ; 4C8B5F40
test rcx, rcx                               ; 4885C9
jz L1                                       ; 0F84........
L0:
movsxd r9, dword ptr [rdx]                  ; 4C630A
movsxd r10, dword ptr [rdx+4]               ; 4C635204
add rdx, 8                                  ; 4883C208
add r9, rsi                                 ; 4901F1
add r10, r8                                 ; 4D01C2
prefetcht1 [r11]                            ; 410F1813
add r11, 32                                 ; 4983C320
vmovups zmm16, [r9]                         ; 62C17C481001
vmovups zmm17, [r9+64]                      ; 62C17C48104901
vbroadcastss zmm18, dword ptr [r10]         ; 62C27D481812
vfmadd231ps zmm0, zmm16, zmm18              ; 62B27D40B8C2
vfmadd231ps zmm1, zmm17, zmm18              ; 62B27540B8CA
vbroadcastss zmm19, dword ptr [r10+4]       ; 62C27D48185A01
vfmadd231ps zmm2, zmm16, zmm19              ; 62B27D40B8D3
vfmadd231ps zmm3, zmm17, zmm19              ; 62B27540B8DB
vbroadcastss zmm20, dword ptr [r10+8]       ; 62C27D48186202
vfmadd231ps zmm4, zmm16, zmm20              ; 62B27D40B8E4
vfmadd231ps zmm5, zmm17, zmm20              ; 62B27540B8EC
vbroadcastss zmm21, dword ptr [r10+12]      ; 62C27D48186A03
vfmadd231ps zmm6, zmm16, zmm21              ; 62B27D40B8F5
vfmadd231ps zmm7, zmm17, zmm21              ; 62B27540B8FD
vmovups zmm16, [r9+4096]                    ; 62C17C48104140
vmovups zmm17, [r9+4160]                    ; 62C17C48104941
vbroadcastss zmm22, dword ptr [r10+16]      ; 62C27D48187204
vfmadd231ps zmm8, zmm16, zmm22              ; 62327D40B8C6
vfmadd231ps zmm9, zmm17, zmm22              ; 62327540B8CE
vbroadcastss zmm23, dword ptr [r10+20]      ; 62C27D48187A05
vfmadd231ps zmm10, zmm16, zmm23             ; 62327D40B8D7
vfmadd231ps zmm11, zmm17, zmm23             ; 62327540B8DF
vbroadcastss zmm24, dword ptr [r10+24]      ; 62427D48184206
vfmadd231ps zmm12, zmm16, zmm24             ; 62127D40B8E0
vfmadd231ps zmm13, zmm17, zmm24             ; 62127540B8E8
vbroadcastss zmm25, dword ptr [r10+28]      ; 62427D48184A07
vfmadd231ps zmm14, zmm16, zmm25             ; 62127D40B8F1
vfmadd231ps zmm15, zmm17, zmm25             ; 62127540B8F9
sub rcx, 1                                  ; 4883E901
jnz L0                                      ; 0F852BFFFFFF
L1:
mov r11, [rdi+32]                           ; 4C8B5F20
vaddps zmm0, zmm0, zmm8                     ; 62D17C4858C0
vaddps zmm1, zmm1, zmm9                     ; 62D1744858C9
vaddps zmm2, zmm2, zmm10                    ; 62D16C4858D2
vaddps zmm3, zmm3, zmm11                    ; 62D1644858DB
vaddps zmm4, zmm4, zmm12                    ; 62D15C4858E4
vaddps zmm5, zmm5, zmm13                    ; 62D1544858ED
vaddps zmm6, zmm6, zmm14                    ; 62D14C4858F6
vaddps zmm7, zmm7, zmm15                    ; 62D1444858FF
mov r9, [rdi+56]                            ; 4C8B4F38
bt r9, 0                                    ; 490FBAE100
jnc L2                                      ; 0F83........
vaddps zmm0, zmm0, zmmword ptr [r11]        ; 62D17C485803
vaddps zmm1, zmm1, zmmword ptr [r11+64]     ; 62D17448584B01
vaddps zmm2, zmm2, zmmword ptr [r11+256]    ; 62D16C48585304
vaddps zmm3, zmm3, zmmword ptr [r11+320]    ; 62D16448585B05
vaddps zmm4, zmm4, zmmword ptr [r11+512]    ; 62D15C48586308
vaddps zmm5, zmm5, zmmword ptr [r11+576]    ; 62D15448586B09
vaddps zmm6, zmm6, zmmword ptr [r11+768]    ; 62D14C4858730C
vaddps zmm7, zmm7, zmmword ptr [r11+832]    ; 62D14448587B0D
L2:
vmovups [r11], zmm0                         ; 62D17C481103
vmovups [r11+64], zmm1                      ; 62D17C48114B01
vmovups [r11+256], zmm2                     ; 62D17C48115304
vmovups [r11+320], zmm3                     ; 62D17C48115B05
vmovups [r11+512], zmm4                     ; 62D17C48116308
vmovups [r11+576], zmm5                     ; 62D17C48116B09
vmovups [r11+768], zmm6                     ; 62D17C4811730C
vmovups [r11+832], zmm7                     ; 62D17C48117B0D
vzeroupper                                  ; C5F877
ret                                         ; C3
